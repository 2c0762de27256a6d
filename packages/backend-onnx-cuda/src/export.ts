/** Programs as `.onnx` files for other runtimes. */
import { BackendError, type Feeds, type HostTensor } from '@chronograd/backend';
import type { Program, TensorType } from '@chronograd/graph';
import { entryGraph } from './codegen/entry.ts';
import { encodeModel } from './onnx/proto.ts';
import { BACKEND_ID } from './runtime/engine.ts';
import { checkTensor } from './runtime/tensors.ts';

/** Options of {@link exportOnnx}. */
export interface ExportOptions {
  /**
   * Only operators of the standard domain `ai.onnx`, which every runtime knows. Default true; with
   * false, onnxruntime's own operators too.
   */
  readonly portable?: boolean;
  /**
   * State tensors to write into the file, such as the weights of a model to predict with. Other
   * state that the entry reads is an input of the model under its name. Default none.
   */
  readonly state?: Readonly<Record<string, HostTensor>>;
}

/**
 * An entry as an ONNX model: the bytes of an `.onnx` file.
 *
 * Inputs are those of the entry, then the state it reads, by their names; outputs are those of the
 * entry, then the new value of each state tensor it writes, called `next/<name>`. A name that an
 * earlier value has is followed by a dot and a number.
 * @throws {@link BackendError} `bad-input` for an unknown entry, and for state that the entry does
 * not read, that it writes (it would not be constant), or of another type
 */
export function exportOnnx(
  program: Program,
  entry: string,
  { portable = true, state = {} }: ExportOptions = {},
): Uint8Array {
  const compiled = program.entries[entry];
  if (!compiled) throw badInput('entry', Object.keys(program.entries).join(', '), `'${entry}'`);
  checkBaked(entry, state, compiled, program.state);
  const { graph } = entryGraph(entry, compiled, program.state, { portable, baked: state });
  return encodeModel(graph);
}

function checkBaked(
  entry: string,
  state: Feeds,
  { reads, writes }: { readonly reads: readonly string[]; readonly writes: readonly string[] },
  types: Program['state'],
): void {
  for (const [name, tensor] of Object.entries(state)) {
    const subject = `state '${name}' of '${entry}'`;
    if (!reads.includes(name))
      throw badInput(subject, `one that it reads: ${reads.join(', ')}`, 'one that it does not');
    if (writes.includes(name)) throw badInput(subject, 'one that it only reads', 'one it writes');
    checkTensor(subject, types[name] as TensorType, tensor);
  }
}

function badInput(subject: string, expected: string, found: string): BackendError {
  return new BackendError('bad-input', { backend: BACKEND_ID, subject, expected, found });
}
