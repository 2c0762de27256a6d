/**
 * A whole scan as one dispatch: each workgroup takes a row of the batch (or a few) through all
 * steps. Carries stay in workgroup memory, or in the registers of the thread that owns their
 * element where no other reads it. Thread `j` owns the elements `j`, `j + threads`, … of every
 * value, so with as many threads as units the gates of one unit meet in one thread.
 */
import { sizeOf, type PrimitiveNode, type TensorType, type ValueId } from '@chronograd/graph';
import { Block, type Term } from './block.ts';
import { readBody, type Body } from './body.ts';
import { Buffers, placeScan, widen, type Place, type Placement } from './buffers.ts';
import { Demand } from './demand.ts';
import { prelude, wgslType } from '../wgsl/elementwise.ts';
import { indexText, type Index } from './index-term.ts';
import { levelsOf, type Levels } from './levels.ts';
import { ScanRefusal } from './refusal.ts';
import {
  featureAt,
  featuresOf,
  forChunks,
  indicesOf,
  isByRow,
  Storage,
  type Division,
} from './storage.ts';

/** A scan as WGSL. */
export interface ScanKernel {
  readonly code: string;
  readonly entryPoint: 'main';
  /** How many workgroups to dispatch. */
  readonly workgroups: number;
  /** Where inputs and outputs are bound. */
  readonly placement: Placement;
  readonly division: Division;
}

/** Bytes of workgroup memory that every WebGPU device has. */
export const WORKGROUP_BYTES = 16384;

type Scan = PrimitiveNode<'scan'>;
interface Root {
  readonly id: ValueId;
  readonly write: (at: Index, chunk: number, term: Term) => void;
}

/** Writes the kernel of a scan, divided in one way. */
export class ScanWriter {
  readonly #scan: Scan;
  readonly #division: Division;
  readonly #body: Body;
  readonly #levels: Levels;
  readonly #placement: Placement;
  readonly #buffers: Buffers;
  readonly #products = new Map<string, (readonly Index[])[]>();
  /** Carries of which a thread reads elements of others, and the first level that does. */
  readonly #shared = new Map<number, number>();
  #block = new Block();
  #storage: Storage;
  #level = 0;

  /**
   * @param types of all values of the function that the scan stands in
   * @throws {@link ScanRefusal} for a body that the kernel does not have
   */
  constructor(scan: Scan, types: readonly TensorType[], division: Division, placement?: Placement) {
    const inputs = scan.inputs.map((id) => types[id] as TensorType);
    const outputs = scan.outputs.map((id) => types[id] as TensorType);
    this.#scan = scan;
    this.#division = division;
    this.#body = readBody(scan.attributes);
    this.#levels = levelsOf(this.#body);
    this.#placement = placement ?? placeScan(inputs, outputs);
    this.#buffers = new Buffers(this.#placement, inputs, outputs);
    this.#storage = new Storage(this.#block, this.#buffers, division);
  }

  /**
   * The kernel.
   * @throws {@link ScanRefusal} where the body does not fit the division
   */
  write(): ScanKernel {
    // The first run finds which products share a loop and which carries are shared.
    this.#writeMain();
    const code = this.#writeMain();
    const { rows, lanes } = this.#division;
    return {
      code,
      entryPoint: 'main',
      workgroups: Math.ceil(rows / lanes),
      placement: this.#placement,
      division: this.#division,
    };
  }

  #writeMain(): string {
    const { threads, lanes } = this.#division;
    const shared = this.#declareShared();
    this.#block = new Block();
    this.#storage = new Storage(this.#block, this.#buffers, this.#division);
    this.#storage.declareRows();
    this.#writeStart();
    this.#writeSteps();
    this.#writeEnd();
    return [
      'var<private> infinityBits: u32 = 0x7f800000u;',
      'var<private> nanBits: u32 = 0x7fc00000u;',
      ...this.#buffers.declarations(),
      ...shared,
      prelude(lanes),
      `@compute @workgroup_size(${threads})`,
      'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) j: u32) {',
      ...this.#block.lines,
      '}',
      '',
    ].join('\n');
  }

  // What lies where.

  #typeIn(id: ValueId): TensorType {
    return this.#body.func.types[id] as TensorType;
  }

  #carryIds(): readonly ValueId[] {
    const { consts, carries } = this.#scan.attributes;
    return this.#body.func.inputs.slice(consts, consts + carries);
  }

  #declareShared(): string[] {
    const { lanes, copies } = this.#division;
    let bytes = 0;
    const declare = (name: string, type: TensorType): string => {
      const size = featuresOf(this.#division, type) * copies;
      bytes += size * 4 * lanes;
      return `var<workgroup> ${name}: array<${wgslType(type.dtype, lanes)}, ${size}>;`;
    };
    const lines = [
      ...[...this.#shared.keys()].map((carry) =>
        declare(`carry${carry}`, this.#typeIn(this.#carryIds()[carry] as ValueId)),
      ),
      ...[...this.#levels.stored].map((id) => declare(`stored${id}`, this.#typeIn(id))),
    ];
    if (bytes > WORKGROUP_BYTES)
      throw new ScanRefusal(`${bytes} bytes of workgroup memory, more than ${WORKGROUP_BYTES}`);
    return lines;
  }

  // Reading.

  #read(id: ValueId, at: readonly Index[]): Term {
    const input = this.#body.inputs.get(id);
    const type = this.#typeIn(id);
    if (input && input.role !== 'carry') {
      const step = input.role === 'x' ? `step * ${sizeOf(type.shape)}u + ` : '';
      return this.#storage.read(this.#placeOf('inputs', input.place), step, type, at);
    }
    const feature = featureAt(this.#division, type, at);
    const { copies } = this.#division;
    const place = indexText(feature);
    const size = featuresOf(this.#division, type);
    const parity = copies === 2 ? `copy * ${size}u + ` : '';
    if (!input) return this.#block.name(`stored${id}[${parity}${place}]`, true);
    const carry = input.place - this.#scan.attributes.consts;
    const { threads } = this.#division;
    const isOwn = feature.variable === 'j' && feature.offset % threads === 0;
    if (!isOwn) this.#shared.set(carry, Math.min(this.#level, this.#shared.get(carry) ?? Infinity));
    if (this.#shared.has(carry)) return this.#block.name(`carry${carry}[${parity}${place}]`, true);
    return { text: `own${carry}_${feature.offset / threads}`, lanes: true };
  }

  #placeOf(side: 'inputs' | 'outputs', operand: number): Place {
    const place = this.#placement[side][operand];
    if (!place) throw new Error(`expected a place for ${side} ${operand}, found none`);
    return place;
  }

  // Writing.

  #writeStart(): void {
    const { consts } = this.#scan.attributes;
    const { lanes } = this.#division;
    for (const [carry, id] of this.#carryIds().entries()) {
      const type = this.#typeIn(id);
      const name = wgslType(type.dtype, lanes);
      if (!this.#shared.has(carry)) {
        for (let chunk = 0; chunk < this.#chunksOf(type); chunk++)
          this.#block.say(`var own${carry}_${chunk}: ${name};`);
      }
      if (this.#keepsNext(carry))
        for (let chunk = 0; chunk < this.#chunksOf(type); chunk++)
          this.#block.say(`var next${carry}_${chunk}: ${name};`);
      const place = this.#placeOf('inputs', consts + carry);
      forChunks(this.#block, this.#division, featuresOf(this.#division, type), (feature, chunk) => {
        const value = this.#storage.row(place, type, feature);
        this.#block.say(
          this.#shared.has(carry)
            ? `carry${carry}[${indexText(feature)}] = ${value};`
            : `own${carry}_${chunk} = ${value};`,
        );
      });
    }
    if (this.#shared.size > 0) this.#block.say('workgroupBarrier();');
  }

  #chunksOf(type: TensorType): number {
    return Math.ceil(featuresOf(this.#division, type) / this.#division.threads);
  }

  /** Whether a carry's new value waits in a register until the end of the step. */
  #keepsNext(carry: number): boolean {
    return this.#division.copies === 1 || !this.#shared.has(carry);
  }

  #roots(): Root[] {
    const { attributes } = this.#scan;
    const { copies } = this.#division;
    const roots: Root[] = [...this.#levels.stored].map((id) => {
      const parity =
        copies === 2 ? `copy * ${featuresOf(this.#division, this.#typeIn(id))}u + ` : '';
      return {
        id,
        write: (at, _, term) => {
          const text = widen(term, this.#typeIn(id).dtype, this.#division.lanes);
          this.#block.say(`stored${id}[${parity}${indexText(at)}] = ${text};`);
        },
      };
    });
    for (const [place, id] of this.#body.func.outputs.entries()) {
      const type = this.#typeIn(id);
      if (place < attributes.carries)
        roots.push({ id, write: (at, chunk, term) => this.#keep(place, type, at, chunk, term) });
      else {
        const step = `step * ${sizeOf(type.shape)}u + `;
        roots.push({
          id,
          write: (at, _, term) =>
            this.#storage.store(this.#placeOf('outputs', place), step, type, at, term),
        });
      }
    }
    return roots;
  }

  #keep(carry: number, type: TensorType, at: Index, chunk: number, term: Term): void {
    const text = widen(term, type.dtype, this.#division.lanes);
    const size = featuresOf(this.#division, type);
    this.#block.say(
      this.#keepsNext(carry)
        ? `next${carry}_${chunk} = ${text};`
        : `carry${carry}[(1u - copy) * ${size}u + ${indexText(at)}] = ${text};`,
    );
  }

  #writeSteps(): void {
    const { length, reverse } = this.#scan.attributes;
    const roots = this.#roots();
    this.#block.scope(`for (var turn = 0u; turn < ${length}u; turn++)`, () => {
      this.#block.say(`let step = ${reverse ? `${length - 1}u - turn` : 'turn'};`);
      if (this.#division.copies === 2) this.#block.say('let copy = turn & 1u;');
      const demand = this.#demand();
      for (this.#level = 0; this.#level < this.#levels.count; this.#level++) {
        demand.level = this.#level;
        if (this.#level > 0) {
          this.#block.say('workgroupBarrier();');
          this.#block.forget();
        }
        for (const { id, write } of roots) {
          if ((this.#levels.levelOf.get(id) ?? 0) !== this.#level) continue;
          const type = this.#typeIn(id);
          forChunks(
            this.#block,
            this.#division,
            featuresOf(this.#division, type),
            (feature, chunk) =>
              write(feature, chunk, demand.element(id, indicesOf(this.#division, type, feature))),
          );
        }
      }
      this.#endStep();
    });
  }

  #demand(): Demand {
    const surroundings = {
      block: this.#block,
      body: this.#body,
      levels: this.#levels,
      lanes: this.#division.lanes,
      byRow: isByRow(this.#division),
      products: this.#products,
      read: (id: ValueId, at: readonly Index[]) => this.#read(id, at),
    };
    return new Demand(surroundings, this.#block.depth);
  }

  #endStep(): void {
    const carries = this.#carryIds();
    const waits = this.#waitsAtEnd();
    if (this.#division.copies === 1 && waits) this.#block.say('workgroupBarrier();');
    for (const [carry, id] of carries.entries()) {
      if (!this.#keepsNext(carry)) continue;
      forChunks(
        this.#block,
        this.#division,
        featuresOf(this.#division, this.#typeIn(id)),
        (feature, chunk) => {
          const to = this.#shared.has(carry)
            ? `carry${carry}[${indexText(feature)}]`
            : `own${carry}_${chunk}`;
          this.#block.say(`${to} = next${carry}_${chunk};`);
        },
      );
    }
    if (waits) this.#block.say('workgroupBarrier();');
  }

  /**
   * Whether the next step may begin only when all threads have ended this one. With two copies the
   * barrier between its levels is enough where neither are carries of others read before it, nor
   * new ones written.
   */
  #waitsAtEnd(): boolean {
    const isShared = this.#shared.size > 0 || this.#levels.stored.size > 0;
    if (this.#division.copies === 1) return isShared;
    return [...this.#shared].some(([carry, level]) => {
      const id = this.#body.func.outputs[carry] as ValueId;
      return level === 0 || (this.#levels.levelOf.get(id) ?? 0) === 0;
    });
  }

  #writeEnd(): void {
    const { length } = this.#scan.attributes;
    for (const [carry, id] of this.#carryIds().entries()) {
      const type = this.#typeIn(id);
      const size = featuresOf(this.#division, type);
      const copy = this.#division.copies === 2 && length % 2 === 1 ? `${size}u + ` : '';
      forChunks(this.#block, this.#division, size, (feature, chunk) => {
        const text = this.#shared.has(carry)
          ? `carry${carry}[${copy}${indexText(feature)}]`
          : `own${carry}_${chunk}`;
        this.#storage.store(this.#placeOf('outputs', carry), '', type, feature, {
          text,
          lanes: true,
        });
      });
    }
  }
}
