/** Builds an {@link Entry}: a function that reads and writes state by name. */
import { Builder, type Value } from '../ir/builder.ts';
import { GraphError } from '../ir/errors.ts';
import { formatType, sameType, type Entry, type NamedType, type TensorType } from '../ir/types.ts';

/** An entry under construction. Declare every input before the first state is read. */
export class EntryBuilder {
  /** Where the entry's operations are written. */
  readonly b = new Builder();
  private readonly inputs: NamedType[] = [];
  private readonly reads = new Map<string, Value>();
  private readonly outputs: { name: string; value: Value }[] = [];
  private readonly writes = new Map<string, Value>();
  private readonly state: Readonly<Record<string, TensorType>>;

  /** @param state the type of every state tensor of the program */
  constructor(state: Readonly<Record<string, TensorType>>) {
    this.state = state;
  }

  /** Declares an input that the caller feeds. */
  input(name: string, type: TensorType): Value {
    if (this.reads.size > 0)
      throw new GraphError('entry', `input ${name}`, 'inputs before state', 'state');
    this.inputs.push({ name, type });
    return this.b.input(type);
  }

  /** The state tensor as it is before the entry runs. */
  read(name: string): Value {
    const known = this.reads.get(name);
    if (known) return known;
    const value = this.b.input(this.typeOf(name));
    this.reads.set(name, value);
    return value;
  }

  /** The state tensor as the entry leaves it, by what was written so far. */
  latest(name: string): Value {
    return this.writes.get(name) ?? this.read(name);
  }

  /** Gives a state tensor its new value. */
  write(name: string, value: Value): void {
    const type = this.typeOf(name);
    if (!sameType(type, value.type))
      throw new GraphError('entry', `state ${name}`, formatType(type), formatType(value.type));
    this.writes.set(name, value);
  }

  /** Returns a value under a name. */
  output(name: string, value: Value): void {
    this.outputs.push({ name, value });
  }

  /** The finished entry. */
  finish(): Entry {
    return {
      inputs: this.inputs,
      reads: [...this.reads.keys()],
      outputs: this.outputs.map(({ name, value }) => ({ name, type: value.type })),
      writes: [...this.writes.keys()],
      func: this.b.finish([...this.outputs.map(({ value }) => value), ...this.writes.values()]),
    };
  }

  private typeOf(name: string): TensorType {
    const type = this.state[name];
    if (!type)
      throw new GraphError('entry', `state ${name}`, Object.keys(this.state).join(', '), 'none');
    return type;
  }
}
