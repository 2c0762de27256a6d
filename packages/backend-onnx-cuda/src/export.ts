/** Programs as `.onnx` files for other runtimes. */
import type { Feeds, HostTensor } from '@chronograd/backend';
import type { Program } from '@chronograd/graph';
import { entryGraph } from './codegen/entry.ts';
import { encodeModel } from './onnx/proto.ts';
import { checks } from './runtime/engine.ts';

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
  if (!compiled)
    throw checks.badInput('entry', Object.keys(program.entries).join(', '), `'${entry}'`);
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
  for (const name of Object.keys(state)) {
    const subject = `state '${name}' of '${entry}'`;
    if (!reads.includes(name))
      throw checks.badInput(
        subject,
        `one that it reads: ${reads.join(', ')}`,
        'one that it does not',
      );
    if (writes.includes(name))
      throw checks.badInput(subject, 'one that it only reads', 'one it writes');
  }
  checks.tensors('state', state, new Map(Object.entries(types)));
}
