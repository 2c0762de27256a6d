/** Shapes of the tensors in a cell's equations. */
import { activationNames } from '../documents/activations.ts';
import { didYouMean, quote } from '../issues.ts';
import { EquationFault, type CellExpression } from './parse.ts';

/** A tensor of a cell. */
export interface CellTensor {
  /** `[]`, `[n]`, or of a parameter `[m, n]`; without the batch. */
  readonly shape: readonly number[];
  /** Whether each sample has its own: x, states and what comes of them. */
  readonly perSample: boolean;
}

/** Functions of equations beside the activations, with how many operands they take. */
export const cellFunctions = {
  exp: [1, 1],
  log: [1, 1],
  sqrt: [1, 1],
  square: [1, 1],
  abs: [1, 1],
  min: [2, 2],
  max: [2, 2],
  concat: [2, Infinity],
  layerNorm: [1, 3],
} as const satisfies Readonly<Record<string, readonly [least: number, most: number]>>;

/** A function of equations that is no activation. */
export type CellFunction = keyof typeof cellFunctions;

/** Whether a name is that of a function which is no activation. */
export function isCellFunction(name: string): name is CellFunction {
  return Object.hasOwn(cellFunctions, name);
}

/**
 * What an expression gives.
 * @param scope the tensors by the names that it may read
 * @throws {@link EquationFault} for unknown names, and for shapes that do not fit
 */
export function cellTensorOf(
  expression: CellExpression,
  scope: ReadonlyMap<string, CellTensor>,
): CellTensor {
  switch (expression.kind) {
    case 'number':
      return { shape: [], perSample: false };
    case 'name': {
      const tensor = scope.get(expression.name);
      if (tensor) return tensor;
      const names = [...scope.keys()];
      throw new EquationFault(
        expression.column,
        `one of ${names.join(', ')}`,
        quote(expression.name),
        didYouMean(expression.name, names).suggestion,
      );
    }
    case 'negative':
      return cellTensorOf(expression.operand, scope);
    case 'binary': {
      const left = cellTensorOf(expression.left, scope);
      const right = cellTensorOf(expression.right, scope);
      return expression.operator === '@'
        ? product(left, right, expression.column)
        : together([left, right], expression.operator, expression.column);
    }
    case 'call':
      return called(expression, scope);
  }
}

function called(
  { name, operands, column }: Extract<CellExpression, { kind: 'call' }>,
  scope: ReadonlyMap<string, CellTensor>,
): CellTensor {
  const isActivation = activationNames.some((known) => known === name);
  if (!isActivation && !isCellFunction(name)) {
    const names = [...Object.keys(cellFunctions), ...activationNames];
    throw new EquationFault(
      column,
      `a function: ${names.join(', ')}`,
      quote(name),
      didYouMean(name, names).suggestion,
    );
  }
  const [least, most] = isCellFunction(name) ? cellFunctions[name] : [1, 1];
  if (operands.length < least || operands.length > most) {
    const wanted = least === most ? `${least}` : `${least} or more`;
    throw new EquationFault(column, `${wanted} operands of ${name}`, `${operands.length}`);
  }
  const tensors = operands.map((operand) => cellTensorOf(operand, scope));
  const [first] = tensors as [CellTensor];
  if (name === 'concat') {
    for (const each of tensors)
      if (each.shape.length !== 1 || !each.perSample)
        throw new EquationFault(column, 'vectors of each sample in concat', textOf(each));
    const size = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
    return { shape: [size], perSample: true };
  }
  const needsAxis = ['layerNorm', 'softmax', 'logSoftmax'].includes(name);
  if (needsAxis && first.shape.length === 0)
    throw new EquationFault(column, `a vector in ${name}`, textOf(first));
  if (name !== 'layerNorm') return together(tensors, name, column);
  for (const each of tensors.slice(1))
    if (each.perSample || each.shape.length !== 1 || each.shape[0] !== first.shape.at(-1))
      throw new EquationFault(
        column,
        `scale and shift [${first.shape.join(', ')}] in layerNorm`,
        textOf(each),
      );
  return first;
}

/** `[m] @ [m, n]`: a vector of each sample by a parameter. */
function product(left: CellTensor, right: CellTensor, column: number): CellTensor {
  const fits =
    left.perSample &&
    !right.perSample &&
    left.shape.length === 1 &&
    right.shape.length === 2 &&
    left.shape[0] === right.shape[0];
  if (fits) return { shape: right.shape.slice(1), perSample: true };
  throw new EquationFault(
    column,
    'a vector [m] of each sample @ a parameter [m, n]',
    `${textOf(left)} @ ${textOf(right)}`,
  );
}

/** What comes of tensors element by element: of one shape, or of size 1. */
function together(tensors: readonly CellTensor[], what: string, column: number): CellTensor {
  const [first, ...others] = tensors as [CellTensor, ...CellTensor[]];
  return others.reduce((left, right) => {
    const shape = broadcast(left.shape, right.shape);
    const perSample = left.perSample || right.perSample;
    if (shape && !(perSample && shape.length > 1)) return { shape, perSample };
    throw new EquationFault(
      column,
      `shapes that fit each other around ${quote(what)}`,
      `${textOf(left)} and ${textOf(right)}`,
      shape ? 'a parameter [m, n] meets samples by @ only' : undefined,
    );
  }, first);
}

function broadcast(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape = Array.from({ length: rank }, (_, i) => {
    const [x = 1, y = 1] = [a[i - rank + a.length], b[i - rank + b.length]];
    return x === y || y === 1 ? x : x === 1 ? y : undefined;
  });
  return shape.every((size) => size !== undefined) ? (shape as number[]) : undefined;
}

/** `[batch, 4]` or `[4]`. */
function textOf({ shape, perSample }: CellTensor): string {
  return `[${[...(perSample ? ['batch'] : []), ...shape].join(', ')}]`;
}
