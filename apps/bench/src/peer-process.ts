/** A contender's process and the conversation with it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parseReply, type Reply, type Request } from './protocol.ts';

/** How to start a contender. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** The contender's program is not on this machine. */
export class ProgramMissing extends Error {
  override readonly name = 'ProgramMissing';
}

/** A contender ended or fell silent in the middle of the conversation. */
export class PeerFailed extends Error {
  override readonly name = 'PeerFailed';
}

/**
 * What keeps every library at one thread. OpenMP, MKL and OpenBLAS read the first three, TensorFlow
 * the next two, JAX the last; PyTorch is told by its peer as well.
 */
const oneThread: Readonly<Record<string, string>> = {
  OMP_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false',
  // Banners only: errors still come through.
  TF_CPP_MIN_LOG_LEVEL: '2',
};

/** What hides GPUs from TensorFlow and from JAX. */
const noGpu: Readonly<Record<string, string>> = {
  CUDA_VISIBLE_DEVICES: '-1',
  JAX_PLATFORMS: 'cpu',
};

/** A contender in its own process; one question at a time. */
export class PeerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<string>;
  #complaints = '';

  constructor(command: Command, { cuda }: { readonly cuda: boolean }) {
    this.#child = spawn(command.program, command.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...oneThread, ...(cuda ? {} : noGpu) },
    });
    this.#child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#complaints = (this.#complaints + chunk).slice(-4000);
    });
    // A write to a process that has ended fails here; why it ended is said where it is awaited.
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve, reject) => {
      this.#child.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') return reject(error);
        return reject(new ProgramMissing(`there is no ${command.program} on this machine`));
      });
      this.#child.once('close', (code, signal) => resolve(`${code ?? signal}`));
    });
    // Awaited by the questions; this only keeps an early failure from ending the benchmark.
    this.#ended.catch(() => undefined);
  }

  /**
   * Asks and waits for the answer.
   * @throws {@link ProgramMissing}, {@link PeerFailed} with the end of its stderr, or ProtocolError.
   */
  async ask(request: Request): Promise<Reply> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done !== true) return parseReply(line.value);
    const code = await this.#ended;
    const tail = this.#complaints.trim().split('\n').slice(-5).join('\n');
    throw new PeerFailed(`it ended with ${code} at '${request.op}'${tail && `: ${tail}`}`);
  }

  /** Lets it end: its stdin is closed. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#gone();
  }

  /** Ends it, whatever it does. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone();
  }

  async #gone(): Promise<void> {
    await this.#ended.catch((error: unknown) => {
      if (!(error instanceof ProgramMissing)) throw error;
    });
  }
}
