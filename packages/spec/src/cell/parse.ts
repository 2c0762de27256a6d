/** From the text of a cell's equation to an expression. */
import { quote } from '../issues.ts';

/** An operator between two values: `@` is the matrix product. */
export type CellOperator = '+' | '-' | '*' | '/' | '@';

/** An expression of a cell's equation, with the columns of its parts, from 1. */
export type CellExpression =
  | { readonly kind: 'number'; readonly value: number; readonly column: number }
  | { readonly kind: 'name'; readonly name: string; readonly column: number }
  | { readonly kind: 'negative'; readonly operand: CellExpression; readonly column: number }
  | {
      readonly kind: 'binary';
      readonly operator: CellOperator;
      readonly left: CellExpression;
      readonly right: CellExpression;
      readonly column: number;
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly operands: readonly CellExpression[];
      readonly column: number;
    };

/** Something wrong in an equation, at a column from 1. */
export class EquationFault extends Error {
  readonly column: number;
  readonly expected: string;
  readonly found: string;
  readonly suggestion: string | undefined;

  constructor(column: number, expected: string, found: string, suggestion?: string) {
    super(`column ${column}: expected ${expected}, found ${found}`);
    this.name = 'EquationFault';
    this.column = column;
    this.expected = expected;
    this.found = found;
    this.suggestion = suggestion;
  }
}

interface Token {
  readonly kind: 'number' | 'name' | 'symbol' | 'end';
  readonly text: string;
  readonly column: number;
}

const pattern =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(.))/gsy;

const precedence: Readonly<Record<CellOperator, number>> = {
  '+': 1,
  '-': 1,
  '*': 2,
  '/': 2,
  '@': 2,
};

const isOperator = (text: string): text is CellOperator => Object.hasOwn(precedence, text);

/**
 * The expression that a text stands for: numbers, names, calls `f(a, b)`, brackets, a sign, and
 * `+ - * / @` from the left, of which the last three bind closer, as in Python.
 * @throws {@link EquationFault}
 */
export function parseEquation(text: string): CellExpression {
  const tokens = tokensOf(text);
  let place = 0;
  const peek = (): Token => tokens[place] as Token;
  const take = (): Token => tokens[place++] as Token;
  const expectSymbol = (symbol: string, what: string): void => {
    const token = take();
    if (token.text !== symbol || token.kind !== 'symbol')
      throw new EquationFault(token.column, `${quote(symbol)} ${what}`, shown(token));
  };

  const primary = (): CellExpression => {
    const token = take();
    const { column } = token;
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text), column };
    if (token.kind === 'name')
      return peek().text === '('
        ? { kind: 'call', name: token.text, operands: operands(), column }
        : { kind: 'name', name: token.text, column };
    if (token.text === '(') {
      const inner = binary(0);
      expectSymbol(')', 'after what stands in brackets');
      return inner;
    }
    if (token.text === '-') return { kind: 'negative', operand: primary(), column };
    throw new EquationFault(column, 'a number, a name, a function or "("', shown(token));
  };

  const operands = (): readonly CellExpression[] => {
    take();
    const found: CellExpression[] = [binary(0)];
    while (peek().text === ',') {
      take();
      found.push(binary(0));
    }
    expectSymbol(')', 'or "," in a call');
    return found;
  };

  const binary = (least: number): CellExpression => {
    let left = primary();
    for (;;) {
      const { text: operator, column, kind } = peek();
      if (kind !== 'symbol' || !isOperator(operator) || precedence[operator] <= least) return left;
      take();
      left = { kind: 'binary', operator, left, right: binary(precedence[operator]), column };
    }
  };

  const expression = binary(0);
  const last = peek();
  if (last.kind !== 'end')
    throw new EquationFault(last.column, 'an operator + - * / @ or the end', shown(last));
  return expression;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(pattern)) {
    const [whole, number, name, symbol] = match;
    const own = number ?? name ?? symbol ?? '';
    const column = match.index + whole.length - own.length + 1;
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'symbol';
    if (/\S/.test(own)) tokens.push({ kind, text: own, column });
  }
  return [...tokens, { kind: 'end', text: '', column: text.length + 1 }];
}

function shown({ kind, text }: Token): string {
  return kind === 'end' ? 'the end' : quote(text);
}
