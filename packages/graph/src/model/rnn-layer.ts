/** The lowering of cells that are written in the document: from equations to the body of a scan. */
import {
  isCellFunction,
  type Activation,
  type CellExpression,
  type CellFunction,
  type ResolvedCell,
} from '@chronograd/spec';
import type { Builder, Operand, Value } from '../ir/builder.ts';
import { activate } from './activations.ts';
import { normalize } from './layer-norm.ts';
import type { Values } from './recurrent-cells.ts';
import { recurrence, timeMajorOf, type RecurrentResult } from './recurrent.ts';

/** Added to the variance by `layerNorm` in equations, as by Keras's layer. */
const EPSILON = 1e-3;

/** The tensors of a layer with a cell of its own. */
export interface CellOperands {
  /** `[batch, time, features]` */
  readonly x: Value;
  /** By name, in the order of the cell. */
  readonly parameters: Values;
  /** `[batch, size]` each, in the order of the cell. */
  readonly states: readonly Value[];
  /** `[batch, features]` */
  readonly inputMask?: Value;
  /** On the old states that the cell lists as dropped, beside each other: `[batch, …]`. */
  readonly recurrentMask?: Value;
  /** bool `[batch, time]` */
  readonly timeMask?: Value;
}

/**
 * Appends the scan of a cell: `x` is the input of a step, and the equations are computed in their
 * order. What reads neither a state nor what comes of one is computed for all steps at once.
 */
export function lowerCell(
  b: Builder,
  cell: ResolvedCell,
  operands: CellOperands,
  goBackwards: boolean,
): RecurrentResult {
  const { x, parameters, inputMask, recurrentMask, timeMask } = operands;
  const [batch = 0, time = 0] = x.type.shape;
  const names = cell.states.map(({ name }) => name);
  const place = names.indexOf(cell.output);
  // An output that is no state is carried too: where a step is passed over, it is repeated.
  const extra = place < 0 ? [b.constant(0, [batch, cell.outputSize])] : [];
  const timeMajor = timeMajorOf(b, x, timeMask);
  const { sequence, states } = recurrence(b, {
    xs: [inputMask ? b.mul(timeMajor, inputMask) : timeMajor],
    consts: { ...parameters, ...masksOf(b, cell, recurrentMask) },
    states: [...operands.states, ...extra],
    time,
    goBackwards,
    ...(timeMask && { timeMask }),
    output: place < 0 ? names.length : place,
    step(body, { consts, xs: [input], states: old }) {
      const scope = new Map<string, Operand>(Object.entries(consts));
      scope.set('x', input as Value);
      names.forEach((name, i) => scope.set(name, old[i] as Value));
      // What a matrix multiplies, by the same names, with the old states after dropout.
      const factors = new Map(scope);
      names.forEach((name, i) => {
        const mask = consts[maskName(name)];
        if (mask) factors.set(name, body.mul(old[i] as Value, mask));
      });
      for (const { name, expression } of cell.equations) {
        const value = valueOf(body, expression, { scope, factors });
        const isNew = names.includes(name) || !recurrentMask;
        factors.set(name, isNew ? value : valueOf(body, expression, { scope: factors, factors }));
        scope.set(name, value);
      }
      const shaped = (name: string, size: number): Value =>
        body.broadcastTo(lifted(body, scope.get(name) ?? 0), [batch, size]);
      return [
        ...cell.states.map(({ name, size }) => shaped(name, size)),
        ...extra.map(() => shaped(cell.output, cell.outputSize)),
      ];
    },
  });
  return { sequence, states };
}

/** Names that no tensor of a cell can have. */
const maskName = (state: string): string => `${state}:mask`;

/** The mask of each state that is dropped, `[batch, size]`. */
function masksOf(b: Builder, { states, dropped }: ResolvedCell, all: Value | undefined): Values {
  if (!all) return {};
  let start = 0;
  return Object.fromEntries(
    states.flatMap(({ name, size }) => {
      if (!dropped.includes(name)) return [];
      start += size;
      return [[maskName(name), b.sliceAxis(all, 1, start - size, start)]];
    }),
  );
}

/** What names stand for: by themselves, and inside of the left side of a matrix product. */
interface Scopes {
  readonly scope: ReadonlyMap<string, Operand>;
  readonly factors: ReadonlyMap<string, Operand>;
}

function valueOf(b: Builder, expression: CellExpression, scopes: Scopes): Operand {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'name':
      return scopes.scope.get(expression.name) ?? 0;
    case 'negative':
      return b.neg(lifted(b, valueOf(b, expression.operand, scopes)));
    case 'binary': {
      const { factors } = scopes;
      const own = expression.operator === '@' ? { scope: factors, factors } : scopes;
      const left = valueOf(b, expression.left, own);
      const right = valueOf(b, expression.right, scopes);
      switch (expression.operator) {
        case '+':
          return b.add(left, right);
        case '-':
          return b.sub(left, right);
        case '*':
          return b.mul(left, right);
        case '/':
          return b.div(left, right);
        case '@':
          return b.matmul(lifted(b, left), lifted(b, right));
      }
    }
    case 'call': {
      const operands = expression.operands.map((operand) => lifted(b, valueOf(b, operand, scopes)));
      const { name } = expression;
      return isCellFunction(name)
        ? functions[name](b, operands)
        : activate(b, operands[0] as Value, name as Activation);
    }
  }
}

type Formula = (b: Builder, operands: readonly Value[]) => Value;

const first = (operands: readonly Value[]): Value => operands[0] as Value;

const functions: { readonly [F in CellFunction]: Formula } = {
  exp: (b, operands) => b.exp(first(operands)),
  log: (b, operands) => b.log(first(operands)),
  sqrt: (b, operands) => b.sqrt(first(operands)),
  square: (b, operands) => b.mul(first(operands), first(operands)),
  abs: (b, operands) => b.abs(first(operands)),
  min: (b, [x, y]) => b.min(x as Value, y as Value),
  max: (b, [x, y]) => b.max(x as Value, y as Value),
  concat: (b, operands) => b.concat(operands, 1),
  layerNorm: (b, [x, gamma, beta]) => normalize(b, x as Value, { gamma, beta }, EPSILON),
};

function lifted(b: Builder, operand: Operand): Value {
  return typeof operand === 'number' ? b.constant(operand) : operand;
}
