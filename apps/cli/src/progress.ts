/** How a training shows itself: a bar on a terminal, a line an epoch everywhere. */
import { formatNumber } from '@chronograd/report';
import type { Callback, EpochRecord, Progress } from 'chronograd';
import { SingleBar } from 'cli-progress';
import type { Output } from './io.ts';

/** What a training tells. */
export interface ProgressDisplay {
  readonly callback: Callback;
  readonly step: (progress: Progress) => void;
  /** Takes the bar away. */
  readonly end: () => void;
}

/** A display of a training of so many epochs. */
export function progressDisplay(output: Output, epochs: number): ProgressDisplay {
  const bar = output.isTTY
    ? new SingleBar({
        format: 'epoch {epoch} [{bar}] {value}/{total} steps  loss {loss}  {speed} ms/step',
        barsize: 24,
        clearOnComplete: true,
        hideCursor: true,
        // Ctrl-C ends the training, which takes the bar away.
        gracefulExit: false,
      })
    : undefined;
  let isRunning = false;
  const end = (): void => {
    if (isRunning) bar?.stop();
    isRunning = false;
  };
  return {
    step({ epoch, batch, batches, means, millisecondsPerStep }) {
      if (!bar || batches === undefined) return;
      const payload = {
        epoch: `${epoch + 1}/${epochs}`,
        loss: formatNumber(means['loss'] ?? NaN),
        speed: millisecondsPerStep.toFixed(1),
      };
      if (!isRunning) bar.start(batches, 0, payload);
      isRunning = true;
      bar.update(batch, payload);
    },
    callback: {
      onEpochEnd(record, { epoch }) {
        end();
        output.write(`${epochLine(record, epoch, epochs)}\n`);
      },
    },
    end,
  };
}

/** `epoch 3/40  loss 0.4321  valLoss 0.5`. */
function epochLine(record: EpochRecord, epoch: number, epochs: number): string {
  const numbers = Object.entries(record)
    .filter(([name, value]) => typeof value === 'number' && shown(name))
    .map(([name, value]) => `${name} ${formatNumber(Number(value))}`);
  return [`epoch ${epoch}/${epochs}`, ...numbers].join('  ');
}

const hidden = new Set(['epoch', 'step', 'steps', 'seconds', 'milliseconds']);

function shown(name: string): boolean {
  return !hidden.has(name);
}
