/** The command line: which commands there are, and their options. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { knownBackends, probeBackends } from './backends.ts';
import { backtestCommand } from './commands/backtest.ts';
import { compareCommand } from './commands/compare.ts';
import { expand, schema, summarise, validate } from './commands/documents.ts';
import { exportCommand, exportFormats } from './commands/export.ts';
import { generateCommand } from './commands/generate.ts';
import { imputeCommand } from './commands/impute.ts';
import { initCommand } from './commands/init.ts';
import { reportCommand } from './commands/report.ts';
import { evaluateCommand, predictCommand, trainCommand } from './commands/train.ts';
import { show, type Io } from './io.ts';
import { table } from './tables.ts';

/** Makes the command line. `io` is asked for when a command runs, with its `--json`. */
export function buildProgram(ioOf: (json: boolean) => Io): Command {
  const program = new Command('chronograd')
    .description('Experiments with sequence models: one JSON document, any backend.')
    .option('--json', 'results as one JSON document', false)
    .exitOverride()
    .showHelpAfterError('See --help.');
  const io = (): Io => ioOf(program.opts<{ json: boolean }>().json);
  const ids = knownBackends.map(({ id }) => id);
  const backend = (): Option =>
    new Option('--backend <id>', 'what computes').choices(ids).default(ids[0]);
  const file = new Option('--file <csv>', 'data in place of the file that it was trained on');
  const part = new Option('--part <name>', 'test, else validation, unless it is given').choices([
    'train',
    'validation',
    'calibration',
    'test',
  ]);

  program
    .command('init [folder]')
    .description('looks at a CSV file and writes an experiment on it; asks for what no flag says')
    .option('--csv <file>', 'the data')
    .option('--time <column>', 'the column of times')
    .option('--time-format <pattern>', 'how times are written, where that is not seen')
    .option('--zone <name>', 'time zone of the times, e.g. Europe/Berlin')
    .option('--series <column>', 'the column that tells series of one file apart')
    .addOption(new Option('--task <name>', 'what is to be done').choices(['forecast', 'impute']))
    .option('--targets <columns...>', 'the columns to forecast or to fill')
    .option('--inputs <columns...>', 'other columns that the model sees')
    .option('--window <n>', 'rows that the model sees', wholeFrom(1))
    .option('--horizon <n>', 'rows to forecast', wholeFrom(1))
    .option('--season <n>', 'rows of a season, for the seasonal baseline', wholeFrom(1))
    .addOption(
      new Option('--layer <type>', 'the recurrent layer').choices(['gru', 'lstm', 'simpleRnn']),
    )
    .option('--epochs <n>', 'epochs, at most', wholeFrom(1))
    .option('--force', 'replace what stands there', false)
    .action((folder: string | undefined, options: Parameters<typeof initCommand>[2]) =>
      initCommand(io(), folder ?? '.', options),
    );
  program
    .command('validate <experiment>')
    .description('checks an experiment and its data')
    .option('--no-data', 'do not read the data')
    .action((path: string, options: { data: boolean }) => validate(io(), path, options));
  program
    .command('summary <experiment>')
    .description('shows the model: layers, shapes, parameters')
    .action((path: string) => summarise(io(), path));
  program
    .command('expand <experiment>')
    .description('prints the model as ordinary layers: what repeat, residual and wavenet stand for')
    .action((path: string) => expand(io(), path));
  program
    .command('train <experiment>')
    .description('trains an experiment, judges it on the validation part and saves it')
    .requiredOption('--output <folder>', 'where to save to')
    .addOption(backend())
    .option('--seed <n>', "in place of the document's", wholeFrom(0))
    .option('--epochs <n>', "in place of the document's", wholeFrom(1))
    .option('--resume', 'go on with what the output folder holds', false)
    .addOption(
      new Option('--force', 'replace what the output folder holds')
        .default(false)
        .conflicts('resume'),
    )
    .action((path: string, options: Parameters<typeof trainCommand>[2]) =>
      trainCommand(io(), path, options),
    );
  program
    .command('evaluate <run>')
    .description('judges a trained experiment on a part of its data, beside the baselines')
    .addOption(backend())
    .addOption(part)
    .addOption(file)
    .action((run: string, options: Parameters<typeof evaluateCommand>[2]) =>
      evaluateCommand(io(), run, options),
    );
  program
    .command('backtest <experiment>')
    .description(
      'judges an experiment, or the folder of a trained one, from origins that roll forward',
    )
    .addOption(backend())
    .addOption(
      new Option('--part <name>', 'over which; default: test, else validation').choices([
        'validation',
        'test',
      ]),
    )
    .option('--folds <n>', 'default: 5, or as many as fit with --stride', wholeFrom(1))
    .option('--stride <rows>', 'from origin to origin; default: folds fill the part', wholeFrom(1))
    .option('--refit', 'fit scalers and model anew for each fold', false)
    .addOption(
      new Option(
        '--training <rows>',
        'with --refit, rows before the origin: all, or as many as in training',
      ).choices(['expanding', 'sliding']),
    )
    .option('--seed <n>', "in place of the document's", wholeFrom(0))
    .option('--epochs <n>', "in place of the document's", wholeFrom(1))
    .action((path: string, options: Parameters<typeof backtestCommand>[2]) =>
      backtestCommand(io(), path, options),
    );
  program
    .command('report <run>')
    .description('shows a trained experiment on one page: errors, forecasts, residuals, losses')
    .option('--output <html>', 'where the page goes; without it, into the run with its plots')
    .option('--plots <folder>', 'where the plots go, as SVG')
    .option(
      '--series <id>',
      'a series that has plots of its own; may stand several times. Without it, the first three',
      (id: string, before: readonly string[] = []) => [...before, id],
    )
    .addOption(backend())
    .addOption(part)
    .addOption(file)
    .action((run: string, options: Parameters<typeof reportCommand>[2]) =>
      reportCommand(io(), run, options),
    );
  program
    .command('predict <run>')
    .description('forecasts what comes after the data, or tells what sequences are')
    .addOption(backend())
    .addOption(part)
    .addOption(file)
    .action((run: string, options: Parameters<typeof predictCommand>[2]) =>
      predictCommand(io(), run, options),
    );
  program
    .command('impute <run>')
    .description('fills what is missing in the data of a trained imputation')
    .requiredOption('--output <csv>', 'where the filled series go')
    .addOption(backend())
    .addOption(file)
    .action((run: string, options: Parameters<typeof imputeCommand>[2]) =>
      imputeCommand(io(), run, options),
    );
  program
    .command('compare <experiment>')
    .description('trains an experiment for some steps on several backends: agreement, time, memory')
    .addOption(
      new Option('--backends <ids...>', 'which ones; one that is not here is named')
        .choices(ids)
        .default(ids),
    )
    .option('--steps <n>', 'steps of training', wholeFrom(1), 20)
    .action((path: string, options: Parameters<typeof compareCommand>[2]) =>
      compareCommand(io(), path, options),
    );
  program
    .command('generate <run>')
    .description('goes on with a sequence, and writes it as music or numbers')
    .requiredOption('--output <file>', 'where it goes: a name that ends in .mid, .wav or .csv')
    .addOption(backend())
    .option('--steps <n>', 'rows to make', wholeFrom(1), 64)
    .option('--temperature <t>', 'less for likelier rows, 0 for the likeliest', numberFrom(0), 1)
    .option('--seed <n>', 'of what is drawn', wholeFrom(0), 0)
    .option('--prime <csv>', 'a sequence to go on with; default: one of the test part')
    .option('--prime-steps <n>', 'how many of its rows come first', wholeFrom(1))
    .option('--tempo <n>', 'beats in a minute of music', wholeFrom(1), 80)
    .option('--steps-per-beat <n>', 'rows in a beat of music', wholeFrom(1), 4)
    .action((run: string, options: Parameters<typeof generateCommand>[2]) =>
      generateCommand(io(), run, options),
    );
  program
    .command('export <run>')
    .description('writes the trained model to one file, for other programs')
    .requiredOption('--output <file>', 'where it goes')
    .addOption(
      new Option('--format <name>', "default: the ending of the file's name").choices(
        exportFormats,
      ),
    )
    .option('--batch <n>', 'windows that go through the ONNX model at once', wholeFrom(1), 1)
    .option('--time <n>', 'rows of ONNX inputs that may be of any length', wholeFrom(1))
    .action((run: string, options: Parameters<typeof exportCommand>[2]) =>
      exportCommand(io(), run, options),
    );
  program
    .command('backends')
    .description('what is here, what is missing, how to get it')
    .action(async () => {
      const states = await probeBackends();
      show(io(), states, () =>
        table(
          ['backend', 'here', 'engine', 'device', 'why', 'needs'],
          states.map(({ id, available, engine = '', device = '', reason, needs }) => [
            id,
            available ? 'yes' : 'no',
            engine,
            device,
            reason,
            needs,
          ]),
        ),
      );
    });
  program
    .command('schema')
    .description('the JSON Schema of an experiment, for an editor')
    .action(() => schema(io()));
  return program;
}

function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least}.`);
  };
}

function numberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (Number.isFinite(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected a number from ${least}.`);
  };
}
