/**
 * WGSL statements in nested scopes, with the names of what was computed. What an outer scope has
 * computed is reused in an inner one, and not the other way round.
 */

/** A value in the code. */
export interface Term {
  /** A name or an expression without side effects. */
  readonly text: string;
  /** Whether it has a lane for each row of the thread, or is one scalar for all of them. */
  readonly lanes: boolean;
}

interface Scope {
  readonly known: Map<string, Term>;
}

/** Code that is being written. */
export class Block {
  readonly lines: string[] = [];
  readonly #scopes: Scope[] = [{ known: new Map() }];
  #names = 0;

  /** How many scopes are open around the next statement. */
  get depth(): number {
    return this.#scopes.length;
  }

  /** A name that nothing else has. */
  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  /** Writes a statement. */
  say(line: string): void {
    this.lines.push(`${'  '.repeat(this.depth)}${line}`);
  }

  /** Writes `head { … }`; names of the inside are forgotten after it. */
  scope(head: string, inside: () => void): void {
    this.say(`${head} {`);
    this.#scopes.push({ known: new Map() });
    inside();
    this.#scopes.pop();
    this.say('}');
  }

  /** Names an expression. */
  name(expression: string, lanes: boolean): Term {
    const text = this.fresh('v');
    this.say(`let ${text} = ${expression};`);
    return { text, lanes };
  }

  /** What was computed under the key in this scope or around it. */
  recall(key: string): Term | undefined {
    for (let depth = this.#scopes.length - 1; depth >= 0; depth--) {
      const term = this.#scopes[depth]?.known.get(key);
      if (term) return term;
    }
    return undefined;
  }

  /** Lets {@link recall} find the term, in this scope and those in it. */
  remember(key: string, term: Term): Term {
    this.#scopes.at(-1)?.known.set(key, term);
    return term;
  }

  /** Forgets all names: what was computed before this point is not valid after it. */
  forget(): void {
    for (const { known } of this.#scopes) known.clear();
  }
}
