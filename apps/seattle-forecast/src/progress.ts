import { SingleBar } from 'cli-progress';

/** Where a run tells how it goes; `process.stdout` is one. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** An epoch that has ended. */
export interface EpochLine {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** Mean absolute error on the validation part, °C. */
  readonly validationMae: number;
  readonly millisecondsPerStep: number;
  readonly best: boolean;
}

/** Shows training: a bar that moves on a terminal, one line an epoch everywhere. */
export interface TrainingDisplay {
  step(done: number, steps: number, loss: number, millisecondsPerStep: number): void;
  epoch(line: EpochLine): void;
  /** Takes the bar away. */
  end(): void;
}

/** A display on a terminal, or, where the output goes to a file or a pipe, plain lines. */
export function trainingDisplay(terminal: Terminal, epochs: number): TrainingDisplay {
  const write = (line: EpochLine): void => {
    terminal.write(`${formatEpoch(line)}\n`);
  };
  if (!terminal.isTTY) return { step: () => undefined, epoch: write, end: () => undefined };
  const bar = new SingleBar({
    format: 'epoch {epoch} [{bar}] {value}/{total} steps  loss {loss}  {speed} ms/step',
    barCompleteChar: '━',
    barIncompleteChar: ' ',
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
    // The run itself ends on Ctrl-C, and takes the bar away.
    gracefulExit: false,
  });
  let epoch = 1;
  let running = false;
  const stop = (): void => {
    if (running) bar.stop();
    running = false;
  };
  return {
    step(done, steps, loss, millisecondsPerStep) {
      const payload = {
        epoch: `${epoch}/${epochs}`,
        loss: loss.toFixed(4),
        speed: millisecondsPerStep.toFixed(1),
      };
      if (!running) bar.start(steps, 0, payload);
      running = true;
      bar.update(done, payload);
    },
    epoch(line) {
      stop();
      write(line);
      epoch = line.epoch + 1;
    },
    end: stop,
  };
}

/** `epoch  3/40  loss 0.4321  validation MAE 2.87 °C  4.1 ms/step  best so far`. */
export function formatEpoch(line: EpochLine): string {
  const width = String(line.epochs).length;
  const parts = [
    `epoch ${String(line.epoch).padStart(width)}/${line.epochs}`,
    `loss ${line.loss.toFixed(4)}`,
    `validation MAE ${line.validationMae.toFixed(3)} °C`,
    `${line.millisecondsPerStep.toFixed(1)} ms/step`,
    ...(line.best ? ['best so far'] : []),
  ];
  return parts.join('  ');
}
