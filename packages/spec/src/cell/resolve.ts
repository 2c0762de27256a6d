/** A cell that is written in a document, made ready: sizes, expressions, and what does not fit. */
import type { PlacedFault } from '../codec/record.ts';
import type { RnnLayer } from '../documents/layers.ts';
import { didYouMean, quote } from '../issues.ts';
import { droppedStates } from './dropped-states.ts';
import { EquationFault, parseEquation, type CellExpression } from './parse.ts';
import { cellTensorOf, type CellTensor } from './shapes.ts';

/** A cell with its sizes. */
export interface ResolvedCell {
  /** Of the states, in their order. */
  readonly states: readonly { readonly name: string; readonly size: number }[];
  /** The states whose old value is multiplied by a matrix, see {@link droppedStates}. */
  readonly dropped: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly shape: number[] }[];
  /** In their order; a state's name is its new value from its equation on. */
  readonly equations: readonly { readonly name: string; readonly expression: CellExpression }[];
  /** Which state or equation is the output of a step. */
  readonly output: string;
  /** The size of the output of a step. */
  readonly outputSize: number;
}

/** A cell, or what is wrong with it, at places inside of the layer. */
export type CellResolution =
  | { readonly cell: ResolvedCell; readonly faults: readonly [] }
  | { readonly cell: undefined; readonly faults: readonly PlacedFault[] };

/**
 * The cell of a layer for an input of so many features: parses every equation, infers the shapes,
 * and checks that every state gets a new value of its own shape.
 */
export function resolveCell(
  { cell, units, recurrentDropout }: RnnLayer,
  features: number,
): CellResolution {
  const sizeOf = (size: number | 'units' | 'features'): number =>
    size === 'units' ? units : size === 'features' ? features : size;
  const states = Object.entries(cell.states).map(([name, size]) => ({ name, size: sizeOf(size) }));
  const parameters = Object.entries(cell.parameters).map(([name, { shape }]) => ({
    name,
    shape: shape.map(sizeOf),
  }));
  const faults: PlacedFault[] = [];
  const scope = new Map<string, CellTensor>([['x', { shape: [features], perSample: true }]]);
  for (const { name, size } of states) scope.set(name, { shape: [size], perSample: true });
  for (const { name, shape } of parameters) {
    if (scope.has(name)) faults.push(taken(['parameters', name], name));
    scope.set(name, { shape, perSample: false });
  }
  const equations: { name: string; expression: CellExpression }[] = [];
  for (const [name, text] of Object.entries(cell.equations)) {
    const isState = Object.hasOwn(cell.states, name);
    if (!isState && scope.has(name)) faults.push(taken(['equations', name], name));
    const made = equation(name, text, scope);
    if (made.fault) {
      faults.push(made.fault);
      // What reads it cannot be judged: the fault is told once, where it is.
      return { cell: undefined, faults };
    }
    if (isState) faults.push(...stateFaults(name, text, scope.get(name), made.tensor));
    scope.set(name, made.tensor);
    equations.push({ name, expression: made.expression });
  }
  for (const { name } of states)
    if (!Object.hasOwn(cell.equations, name))
      faults.push({
        at: ['cell', 'equations'],
        expected: `an equation for the new value of the state ${quote(name)}`,
        found: Object.keys(cell.equations).join(', '),
      });
  const known = [...Object.keys(cell.states), ...Object.keys(cell.equations)];
  const output = known.includes(cell.output) ? scope.get(cell.output) : undefined;
  if (!output || output.shape.length !== 1 || !output.perSample)
    faults.push({
      at: ['cell', 'output'],
      expected: 'a state, or an equation that gives a vector of each sample',
      found: quote(cell.output),
      ...(output ? {} : didYouMean(cell.output, known)),
    });
  const dropped = faults.length > 0 ? [] : droppedStates({ states, equations });
  if (recurrentDropout > 0 && faults.length === 0 && dropped.length === 0)
    faults.push({
      at: ['recurrentDropout'],
      expected: '0: no equation multiplies an old state by a matrix (@), so there is none to drop',
      found: String(recurrentDropout),
      suggestion: 'dropout drops features of x; the layer dropout drops those of the output',
    });
  if (faults.length > 0 || !output) return { cell: undefined, faults };
  const outputSize = output.shape[0] ?? 0;
  return {
    cell: { states, dropped, parameters, equations, output: cell.output, outputSize },
    faults: [],
  };
}

type Made =
  | { readonly fault: PlacedFault }
  | {
      readonly fault?: undefined;
      readonly expression: CellExpression;
      readonly tensor: CellTensor;
    };

function equation(name: string, text: string, scope: ReadonlyMap<string, CellTensor>): Made {
  try {
    const expression = parseEquation(text);
    return { expression, tensor: cellTensorOf(expression, scope) };
  } catch (error) {
    if (!(error instanceof EquationFault)) throw error;
    const { column, expected, found, suggestion } = error;
    return {
      fault: {
        at: ['cell', 'equations', name],
        expected,
        found: `${found} at column ${column} of ${quote(text)}`,
        ...(suggestion !== undefined && { suggestion }),
      },
    };
  }
}

function taken(at: readonly string[], name: string): PlacedFault {
  return {
    at: ['cell', ...at],
    expected: 'a name that nothing else in the cell has',
    found: quote(name),
  };
}

function stateFaults(
  name: string,
  text: string,
  old: CellTensor | undefined,
  made: CellTensor,
): PlacedFault[] {
  const size = old?.shape[0];
  if (made.perSample && made.shape.length === 1 && made.shape[0] === size) return [];
  return [
    {
      at: ['cell', 'equations', name],
      expected: `a new value [batch, ${size}] of the state ${quote(name)}`,
      found: `[${[...(made.perSample ? ['batch'] : []), ...made.shape].join(', ')}] of ${quote(text)}`,
    },
  ];
}
