/** Several kernels as one: each gets some of the workgroups, and none waits for another. */
import { moduleText, spread, type Kernel } from './writer.ts';

/** Most characters of a module: it takes longer to compile than dispatches to be spared. */
const LONGEST = 60_000;

/**
 * The most that a processor is made to pass over, in characters times workgroups: a GPU jumps over
 * the kernels that are not a workgroup's own, SwiftShader goes through them with all lanes masked.
 * So many cost it about as much as a dispatch.
 */
const MOST_IDLE = 50_000;

/** Bytes of workgroup memory that every device has. */
const WORKGROUP_BYTES = 16_384;

/** A declaration of workgroup memory, of elements of 4 bytes. */
const SHARED = /var<workgroup> (\w+): array<(\w+), (\d+)>;/g;

/** Names of workgroup arrays that all kernels of a module have in common, by type and length. */
class SharedArrays {
  readonly #names = new Map<string, string>();
  #bytes = 0;

  /** Takes the declarations out of a head. @returns other names for those in it */
  rename(head: string): ReadonlyMap<string, string> {
    const counts = new Map<string, number>();
    const renamed = new Map<string, string>();
    for (const [, name = '', type = '', length = ''] of head.matchAll(SHARED)) {
      const kind = `${type}, ${length}`;
      const place = counts.get(kind) ?? 0;
      counts.set(kind, place + 1);
      const key = `${kind}, ${place}`;
      if (!this.#names.has(key)) {
        this.#names.set(key, `common${this.#names.size}_`);
        this.#bytes += 4 * Number(length);
      }
      renamed.set(name, this.#names.get(key) as string);
    }
    return renamed;
  }

  get fits(): boolean {
    return this.#bytes <= WORKGROUP_BYTES;
  }

  declarations(): string[] {
    return [...this.#names].map(([key, name]) => {
      const [type, length] = key.split(', ');
      return `var<workgroup> ${name}: array<${type}, ${length}>;`;
    });
  }
}

/** Whether a kernel can be part of another. */
export function isMergeable({ threads, head }: Kernel): boolean {
  // Other declarations might have a name that another kernel has too.
  return threads === 64 && head.replace(SHARED, '').trim() === '';
}

/**
 * Kernels that can be run at once, in as few as they fit.
 * @param isSoftware whether the processor does the GPU's work
 */
export function mergeKernels(kernels: readonly Kernel[], isSoftware = false): Kernel[] {
  const groups: Kernel[][] = [];
  for (const kernel of kernels) {
    const group = groups.find((each) => {
      const all = [...each, kernel];
      return lengthOf(all) <= LONGEST && fits(all) && (!isSoftware || idleOf(all) <= MOST_IDLE);
    });
    if (group) group.push(kernel);
    else groups.push([kernel]);
  }
  return groups.map((group) => (group.length === 1 ? (group[0] as Kernel) : merge(group)));
}

/** Characters of a module. */
function lengthOf(kernels: readonly Kernel[]): number {
  return kernels.reduce((sum, { body }) => sum + body.length, 0);
}

/** Characters, times workgroups, of the kernels that a workgroup is not for. */
function idleOf(kernels: readonly Kernel[]): number {
  const length = lengthOf(kernels);
  return kernels.reduce(
    (sum, { workgroups, body }) => sum + workgroups[0] * workgroups[1] * (length - body.length),
    0,
  );
}

function fits(kernels: readonly Kernel[]): boolean {
  const arrays = new SharedArrays();
  for (const { head } of kernels) arrays.rename(head);
  return arrays.fits;
}

function merge(kernels: readonly Kernel[]): Kernel {
  const arrays = new SharedArrays();
  const functions = kernels.map(({ head, body }, i) => {
    let own = body;
    for (const [name, common] of arrays.rename(head))
      own = own.replace(new RegExp(`\\b${name}\\b`, 'g'), common);
    return `fn part${i}(id: vec3u, group: vec3u, local: vec3u) {\n${own}\n}`;
  });
  let start = 0;
  const calls = kernels.map(({ workgroups: [width, height] }, i) => {
    const own = start === 0 ? 'place' : `(place - ${start}u)`;
    start += width * height;
    const group =
      height === 1 ? `vec3u(${own}, 0u, 0u)` : `vec3u(${own} % ${width}u, ${own} / ${width}u, 0u)`;
    return [
      `if (place < ${start}u) {`,
      `    let own = ${group};`,
      `    part${i}(own * vec3u(64u, 1u, 1u) + local, own, local);`,
      '  }',
    ].join('\n');
  });
  const workgroups = spread(start);
  const body = `  let place = group.x + group.y * ${workgroups[0]}u;\n  ${calls.join(' else ')}`;
  const head = [...arrays.declarations(), ...functions].join('\n');
  const name = kernels.map((kernel) => kernel.name).join(', ');
  return { name, code: moduleText(head, 64, body), workgroups, threads: 64, head, body };
}
