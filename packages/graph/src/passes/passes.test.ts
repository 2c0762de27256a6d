import { describe, expect, it } from 'vitest';
import { scan } from '../autodiff/scan.ts';
import { Builder, type Value } from '../ir/builder.ts';
import { printFunc } from '../ir/print.ts';
import { float32, int32, type Func } from '../ir/types.ts';
import {
  countNodes,
  eliminateCommonSubexpressions,
  eliminateDeadCode,
  foldConstants,
  hoistScans,
  optimize,
  reassociate,
  simplify,
  sinkOutputs,
} from './index.ts';

/** A function of `x` [2, 3] and `y` [2, 3]. */
function funcOf(write: (b: Builder, x: Value, y: Value) => Value | Value[]): Func {
  const b = new Builder();
  const [x, y] = [b.input(float32(2, 3)), b.input(float32(2, 3))];
  return b.finish([write(b, x, y)].flat());
}

/** Operations, without what spreads constants. */
function ops(func: Func): string[] {
  return func.nodes.map(({ op }) => op).filter((op) => op !== 'broadcastTo' && op !== 'constant');
}

/** A scan as it was written, over the rows of `x` with `y`'s first row carried and `k` const. */
function scanned(
  step: (b: Builder, k: Value, h: Value, x: Value) => { carry: Value; ys: Value[] },
): Func {
  const body = new Builder();
  const [k, h, slice] = [body.input(float32(3)), body.input(float32(3)), body.input(float32(3))];
  const { carry, ys } = step(body, k, h, slice);
  const inner = body.finish([carry, ...ys]);
  return funcOf((b, x, y) => {
    const [first, second] = b.split(y, 0, 2).map((row) => b.reshape(row, [3])) as [Value, Value];
    const attributes = { body: inner, length: 2, consts: 1, carries: 1, reverse: false };
    return b.emit('scan', [first, second, x], attributes);
  });
}

function bodyOf(func: Func): string[] {
  const node = func.nodes.find(({ op }) => op === 'scan');
  return node?.op === 'scan' ? ops(node.attributes.body) : [];
}

describe('countNodes', () => {
  it('counts the bodies of scans too', () => {
    const func = scanned((b, k, h, x) => ({ carry: b.add(b.mul(h, k), x), ys: [] }));
    expect(countNodes(func)).toBe(func.nodes.length + 2);
    expect(countNodes(func, 'mul')).toBe(1);
  });
});

describe('eliminateDeadCode', () => {
  it('removes what no output depends on', () => {
    const func = funcOf((b, x, y) => {
      b.exp(x);
      return b.add(x, y);
    });
    expect(ops(eliminateDeadCode(func))).toEqual(['add']);
  });

  it('removes outputs of scans that nothing reads, and what only they needed', () => {
    const func = scanned((b, k, h, x) => ({ carry: b.mul(h, k), ys: [b.exp(x)] }));
    const pruned = eliminateDeadCode({ ...func, outputs: func.outputs.slice(0, 1) });
    const node = pruned.nodes.find(({ op }) => op === 'scan');
    expect(node).toMatchObject({ attributes: { consts: 1, carries: 1 } });
    expect(node?.inputs).toHaveLength(2);
    expect(node?.outputs).toHaveLength(1);
  });

  it('keeps a carry that a kept output depends on', () => {
    const func = scanned((b, k, h, x) => ({ carry: b.mul(h, k), ys: [b.mul(h, x)] }));
    const pruned = eliminateDeadCode({ ...func, outputs: func.outputs.slice(1) });
    expect(bodyOf(pruned)).toEqual(['mul', 'mul']);
  });

  it('removes a carry that depends on itself only', () => {
    const func = scanned((b, k, h, x) => ({ carry: b.mul(h, k), ys: [b.exp(x)] }));
    const pruned = eliminateDeadCode({ ...func, outputs: func.outputs.slice(1) });
    expect(bodyOf(pruned)).toEqual(['exp']);
  });
});

describe('eliminateCommonSubexpressions', () => {
  it('computes once what is written twice', () => {
    const func = funcOf((b, x, y) => b.mul(b.add(x, y), b.add(x, y)));
    expect(ops(eliminateCommonSubexpressions(func))).toEqual(['add', 'mul']);
  });

  it('tells attributes and constants apart', () => {
    const func = funcOf((b, x) => [
      b.reduceSum(x, [0]),
      b.reduceSum(x, [1]),
      b.constant(0),
      b.constant(-0),
      b.constant(0, [], 'int32'),
      b.constant(NaN),
    ]);
    expect(countNodes(eliminateCommonSubexpressions(func))).toBe(6);
  });

  it('shares in the bodies of scans', () => {
    const func = scanned((b, k, h, x) => ({ carry: b.add(b.mul(h, k), b.mul(h, k)), ys: [x] }));
    expect(bodyOf(eliminateCommonSubexpressions(func))).toEqual(['mul', 'add']);
  });
});

describe('simplify', () => {
  it.each<[string, (b: Builder, x: Value, y: Value) => Value, string[]]>([
    ['x + 0', (b, x) => b.add(x, 0), []],
    ['0 + x', (b, x) => b.add(0, x), []],
    ['x - 0', (b, x) => b.sub(x, 0), []],
    ['0 - x', (b, x) => b.sub(0, x), ['sub']],
    ['x * 1', (b, x) => b.mul(x, 1), []],
    ['1 * x', (b, x) => b.mul(1, x), []],
    ['x * -1', (b, x) => b.mul(x, -1), ['neg']],
    ['x / 1', (b, x) => b.div(x, 1), []],
    ['x * 0, which keeps NaN', (b, x) => b.mul(x, 0), ['mul']],
    ['--x', (b, x) => b.neg(b.neg(x)), []],
    ['x + -y', (b, x, y) => b.add(x, b.neg(y)), ['sub']],
    ['-x + y', (b, x, y) => b.add(b.neg(x), y), ['sub']],
    ['x - -y', (b, x, y) => b.sub(x, b.neg(y)), ['add']],
    ['reshape of reshape', (b, x) => b.reshape(b.reshape(x, [6]), [3, 2]), ['reshape']],
    ['reshape and back', (b, x) => b.reshape(b.reshape(x, [6]), [2, 3]), []],
    ['transpose and back', (b, x) => b.transpose(b.transpose(x, [1, 0]), [1, 0]), []],
    ['reverse and back', (b, x) => b.reverse(b.reverse(x, [1]), [1]), []],
    ['reverse of others', (b, x) => b.reverse(b.reverse(x, [0]), [1]), ['reverse', 'reverse']],
    ['concat of concat', (b, x, y) => b.concat([b.concat([x, y], 0), x], 0), ['concat']],
    [
      'concat of another',
      (b, x, y) => b.concat([b.concat([x, x], 0), b.concat([y, y], 0)], 1),
      ['concat', 'concat', 'concat'],
    ],
    ['a whole slice', (b, x) => b.one('slice', [x], { starts: [0, 0], limits: [2, 3] }), []],
    ['stopGradient', (b, x) => b.stopGradient(x), []],
  ])('%s', (_name, write, left) => {
    expect(ops(eliminateDeadCode(simplify(funcOf(write))))).toEqual(left);
  });

  it('turns permutations one after the other into one', () => {
    const b = new Builder();
    const x = b.input(float32(2, 3, 4));
    const func = b.finish([b.transpose(b.transpose(x, [1, 2, 0]), [0, 2, 1])]);
    const [node, ...others] = eliminateDeadCode(simplify(func)).nodes;
    expect(others).toHaveLength(0);
    expect(node).toMatchObject({ op: 'transpose', attributes: { permutation: [1, 0, 2] } });
  });

  it('works in the bodies of scans', () => {
    const func = scanned((b, k, h, x) => ({ carry: b.mul(b.add(h, 0), k), ys: [x] }));
    expect(bodyOf(eliminateDeadCode(simplify(func)))).toEqual(['mul']);
  });
});

describe('foldConstants', () => {
  const folded = (write: (b: Builder) => Value): string[] => {
    const func = eliminateDeadCode(foldConstants(funcOf((b) => write(b))));
    return printFunc(func)
      .split('\n')
      .slice(1, -2)
      .map((line) => line.trim());
  };

  it('computes numbers, and keeps them as one', () => {
    expect(
      folded((b) => b.mul(b.add(b.constant(2), 0.5), b.broadcastTo(b.constant(4), [2, 3]))),
    ).toEqual(['%2: float32[] = constant [10]', '%3: float32[2,3] = broadcastTo shape=[2,3] %2']);
  });

  it('computes element by element, sums and counts', () => {
    expect(
      folded((b) => b.add(b.iota('int32', [4], 0), b.constant([1, 2, 3, 4], [4], 'int32'))),
    ).toEqual(['%2: int32[4] = constant [1,3,5,7]']);
    expect(folded((b) => b.reduceSum(b.constant([1, 2, 3, 4, 5, 6], [2, 3]), [0]))).toEqual([
      '%2: float32[3] = constant [5,7,9]',
    ]);
    expect(folded((b) => b.reduceMax(b.constant([1, 7, 3, 4, 5, 6], [2, 3]), [1], true))).toEqual([
      '%2: float32[2,1] = constant [7,6]',
    ]);
    expect(folded((b) => b.reduceSum(b.constant(0.5, [100, 1000])))).toEqual([
      '%2: float32[] = constant [50000]',
    ]);
    expect(
      folded((b) =>
        b.add(b.broadcastTo(b.constant([1, 2, 3], [3]), [2, 3]), b.constant([1, 2], [2, 1])),
      ),
    ).toEqual(['%2: float32[2,3] = constant [2,3,4,3,4,5]']);
  });

  it('wraps integers around', () => {
    const product = (b: Builder): Value =>
      b.mul(b.constant(0x10001, [], 'int32'), b.constant(0x10001, [], 'int32'));
    expect(folded(product)).toEqual([`%2: int32[] = constant [${0x20001}]`]);
  });

  it('spreads one element by broadcastTo', () => {
    expect(folded((b) => b.zeros(float32(2, 3)))).toEqual([
      '%2: float32[] = constant [0]',
      '%3: float32[2,3] = broadcastTo shape=[2,3] %2',
    ]);
  });

  it('leaves what would be big', () => {
    const big = (b: Builder): Value =>
      b.mul(b.iota('float32', [5000], 0), b.iota('float32', [5000], 0));
    expect(folded(big)).toHaveLength(3);
  });

  it('leaves random bits, whose key is not known', () => {
    const b = new Builder();
    const func = b.finish([b.randomBits(b.input({ dtype: 'uint32', shape: [2] }), [3], 0)]);
    expect(ops(foldConstants(func))).toEqual(['randomBits']);
  });
});

describe('reassociate', () => {
  const regrouped = (step: Parameters<typeof scanned>[0]): string[] =>
    bodyOf(optimize(hoistScans(reassociate(scanned(step)))));

  it('brings fixed factors together', () => {
    expect(regrouped((b, k, h, x) => ({ carry: b.mul(b.mul(b.mul(h, k), x), k), ys: [] }))).toEqual(
      ['mul'],
    );
    expect(regrouped((b, k, h, x) => ({ carry: b.div(b.neg(b.mul(k, h)), x), ys: [] }))).toEqual([
      'mul',
    ]);
  });

  it('brings fixed terms together', () => {
    expect(regrouped((b, k, h, x) => ({ carry: b.sub(b.add(b.add(x, h), k), x), ys: [] }))).toEqual(
      ['add'],
    );
  });

  it('takes a common core out of a sum', () => {
    expect(regrouped((b, k, h, x) => ({ carry: b.add(b.mul(h, k), b.mul(x, h)), ys: [] }))).toEqual(
      ['mul'],
    );
    expect(regrouped((b, k, h) => ({ carry: b.sub(h, b.mul(h, k)), ys: [] }))).toEqual(['mul']);
  });

  it('makes a concat of products one product', () => {
    const step = (b: Builder, k: Value, h: Value, x: Value): { carry: Value; ys: Value[] } => {
      const wide = b.concat([b.mul(h, k), b.mul(b.sin(h), x), h], 0);
      return { carry: b.reduceSum(b.reshape(b.mul(wide, wide), [3, 3]), [0]), ys: [] };
    };
    expect(regrouped(step)).toEqual(['sin', 'concat', 'mul', 'mul', 'reshape', 'reduceSum']);
  });

  it('leaves products of what is carried', () => {
    expect(
      regrouped((b, k, h, x) => ({ carry: b.add(b.mul(h, b.sin(h)), b.mul(k, x)), ys: [] })),
    ).toEqual(['sin', 'mul', 'add']);
  });

  it('makes one number of several outside of scans', () => {
    const func = funcOf((b, x) => b.mul(b.div(b.mul(x, 3), 4), 2));
    const changed = optimize(reassociate(func));
    expect(ops(changed)).toEqual(['mul']);
    expect(printFunc(changed)).toContain('constant [1.5]');
  });

  it('leaves integers', () => {
    const b = new Builder();
    const x = b.input(int32(2));
    expect(ops(reassociate(b.finish([b.mul(b.mul(x, 3), 5)])))).toEqual(['mul', 'mul']);
  });
});

describe('hoistScans', () => {
  it('takes what is fixed out of a body', () => {
    const func = hoistScans(
      scanned((b, k, h, x) => ({ carry: b.add(h, b.mul(b.exp(k), b.sin(x))), ys: [b.tanh(x)] })),
    );
    expect(bodyOf(func)).toEqual(['add']);
    expect(ops(func).sort()).toEqual(
      ['exp', 'mul', 'reshape', 'reshape', 'scan', 'sin', 'slice', 'slice', 'tanh'].sort(),
    );
  });

  it('computes once what is the same at every step', () => {
    const func = hoistScans(scanned((b, k, h, x) => ({ carry: b.mul(h, b.exp(k)), ys: [x] })));
    const made = func.nodes.find(({ op }) => op === 'exp')?.outputs[0] ?? -1;
    expect(func.types[made]).toEqual(float32(3));
  });

  it('takes it out of a scan in a scan, and out of both', () => {
    const func = scanned((b, k, h, x) => {
      const ramp = b.broadcastTo(b.exp(k), [4, 3]);
      const { carries } = scan(
        b,
        { consts: [k], init: [h], xs: [ramp], length: 4 },
        (inner, values) => ({
          carries: [inner.mul(values.carries[0] as Value, inner.sin(values.xs[0] as Value))],
          ys: [],
        }),
      );
      return { carry: carries[0] as Value, ys: [x] };
    });
    const hoisted = hoistScans(func);
    expect(bodyOf(hoisted)).toEqual(['scan']);
    expect(ops(hoisted)).toContain('sin');
  });
});

describe('sinkOutputs', () => {
  it('makes outputs of one value outside', () => {
    const func = scanned((b, k, h, x) => {
      const next = b.sin(h);
      return { carry: next, ys: [b.mul(next, k), b.concat([next, b.neg(b.mul(x, next))], 0)] };
    });
    const sunk = eliminateDeadCode(sinkOutputs(func));
    expect(bodyOf(sunk)).toEqual(['sin']);
    expect(ops(sunk).filter((op) => op === 'mul')).toHaveLength(2);
  });

  it('gives a const out for each step, if it is an output', () => {
    const func = scanned((b, k, h, x) => ({ carry: b.mul(h, k), ys: [k, x] }));
    const sunk = sinkOutputs(func);
    expect(sunk.outputs.map((id) => sunk.types[id])).toEqual([
      float32(3),
      float32(2, 3),
      float32(2, 3),
    ]);
  });

  it('leaves an output that is not smaller, or is made of two', () => {
    const one = scanned((b, k, h) => ({ carry: b.sin(h), ys: [b.mul(h, k)] }));
    expect(bodyOf(sinkOutputs(one))).toEqual(['sin', 'mul']);
    const two = scanned((b, _k, h, x) => ({
      carry: b.sin(h),
      ys: [b.concat([h, b.sin(b.mul(x, h))], 0)],
    }));
    expect(bodyOf(sinkOutputs(two))).toEqual(['sin', 'mul', 'sin', 'concat']);
  });
});

describe('optimize', () => {
  it('goes on while there is something to do', () => {
    // Folding makes a zero, simplifying removes the sum, and then both products are one.
    const func = funcOf((b, x, y) => {
      const zero = b.sub(b.constant(2), b.constant(2));
      return b.add(b.mul(b.add(x, zero), y), b.mul(x, y));
    });
    expect(ops(optimize(func))).toEqual(['mul', 'add']);
  });
});
