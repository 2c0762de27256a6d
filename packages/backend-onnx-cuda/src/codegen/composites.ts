/** Composites that have an operator of their own in ONNX. */
import type { EmitComposite } from './context.ts';

/** Writes a claimed composite. */
export const emitComposite: EmitComposite = (_context, node) => {
  throw new TypeError(`onnx: composite ${node.attributes.name} was claimed but has no operator`);
};
