/** Functions as text, for debugging and documentation, in the manner of a jaxpr. */
import { formatType, type Func, type Node, type TensorType, type ValueId } from './types.ts';

/** Longest constant that is printed whole. */
const SHOWN_ELEMENTS = 8;

/**
 * A function as text, a line for each node:
 *
 *     (%0: float32[2,3], %1: float32[3]) {
 *       %2: float32[2,3] = broadcastTo shape=[2,3] %1
 *       %3: float32[2,3] = mul %0 %2
 *       return %3
 *     }
 *
 * Bodies of scans stand indented under their node; composites show their name only.
 */
export function printFunc(func: Func): string {
  return printLines(func).join('\n');
}

function printLines(func: Func): string[] {
  const typed = (id: ValueId): string => `%${id}: ${formatType(func.types[id] as TensorType)}`;
  return [
    `(${func.inputs.map(typed).join(', ')}) {`,
    ...func.nodes.flatMap((node) => printNode(node, typed).map((line) => `  ${line}`)),
    `  ${['return', ...func.outputs.map((id) => `%${id}`)].join(' ')}`,
    '}',
  ];
}

function printNode(node: Node, typed: (id: ValueId) => string): string[] {
  const { words, body } = describe(node);
  const call = [...words, ...node.inputs.map((id) => `%${id}`)].join(' ');
  const [first = '', ...rest] = body ? printLines(body) : [];
  const head = `${node.outputs.map(typed).join(', ')} = ${call}`;
  return body ? [`${head} ${first}`, ...rest] : [head];
}

/** Operation and attributes of a node; and the function inside of it, if it is to be shown. */
function describe(node: Node): { readonly words: readonly string[]; readonly body?: Func } {
  switch (node.op) {
    case 'scan': {
      const { body, length, consts, carries, reverse } = node.attributes;
      const words = ['scan', `length=${length}`, `consts=${consts}`, `carries=${carries}`];
      return { words: reverse ? [...words, 'reverse'] : words, body };
    }
    case 'composite':
    case 'compositeGradient': {
      const { name, options } = node.attributes;
      const gradient =
        node.op === 'composite'
          ? []
          : [`cotangents=[${node.attributes.cotangents}]`, `wrt=[${node.attributes.wrt}]`];
      return { words: [node.op, name, ...gradient, ...assignments(options)] };
    }
    case 'constant': {
      const { value } = node.attributes;
      const shown = [...value.subarray(0, SHOWN_ELEMENTS)].join(',');
      return { words: ['constant', value.length > SHOWN_ELEMENTS ? `[${shown},…]` : `[${shown}]`] };
    }
    default:
      return { words: [node.op, ...assignments(node.attributes)] };
  }
}

function assignments(attributes: object): string[] {
  return Object.entries(attributes).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
}
