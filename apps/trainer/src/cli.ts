import { networks } from '@convkit/alexnet';
import { deviceNames } from '@convkit/kernels-cpu';
import { Command, InvalidArgumentError, Option } from 'commander';
import { benchCommand, type BenchFlags } from './commands/bench.js';
import { doctorCommand, type DoctorFlags } from './commands/doctor.js';
import { evaluateCommand, type EvaluateFlags } from './commands/evaluate.js';
import { predictCommand, type PredictFlags } from './commands/predict.js';
import { summaryCommand, type SummaryFlags } from './commands/summary.js';
import { trainCommand, type TrainFlags } from './commands/train.js';
import { commandName } from './wording.js';

/** The command line of `alexnet`. It throws a CommanderError for whatever it does not understand, after saying so on standard error. */
export function createCli(): Command {
  const command = commandName();
  const program = new Command('alexnet')
    .description('Train, judge and use an AlexNet (2012), on a GPU or without one.')
    .exitOverride()
    .showHelpAfterError(`help: ${command} --help lists the commands, ${command} COMMAND --help the options of one.`)
    .addHelpText(
      'after',
      examples([
        ['train', 'train the small network on Fashion-MNIST, with everything at its default'],
        ['train --data cifar10:cifar-10-binary.tar.gz --epochs 5', 'on colour photographs'],
        ['eval --checkpoint runs/RUN --views 10', 'judge what came out'],
        ['predict --checkpoint runs/RUN shoe.png', 'ask it what is on an image'],
        ['bench', 'see how fast it is here'],
        ['doctor', 'see which devices this machine has'],
      ]),
    );

  program
    .command('train')
    .description('Train a network and leave a run folder: run.json, events.jsonl and checkpoints. Ctrl-C finishes the step, saves and ends; --resume goes on to the bit.')
    .addOption(new Option('--model <name>', 'the network (default: alexnet-mini)').choices(Object.keys(networks)))
    .option('--data <data>', 'fashion-mnist, cifar10:PATH (folder or .tar.gz), idx:PATH (folder of IDX files) or folder:PATH (one folder of images a class) (default: fashion-mnist)')
    .option('--epochs <n>', "passes over the training images; the rate falls in proportion (default: the recipe's)", whole(1))
    .option('--max-steps <n>', 'end after so many updates, counted from the beginning of the run', whole(1))
    .option('--batch <n>', "images in an update (default: the recipe's)", whole(1))
    .option('--lr <rate>', "first learning rate (default: the recipe's)", positive)
    .addOption(deviceOption('where to compute; `alexnet doctor` shows what is there (default: auto)'))
    .option('--seed <n>', 'decides first weights, order, augmentation and dropout (default: 1)', whole(0))
    .option('--checkpoint-every <steps>', 'updates from one checkpoint to the next; the newest three are kept (default: an epoch)', whole(1))
    .option('--out <folder>', 'the run folder, new or empty (default: runs/DATE-MODEL)')
    .option('--resume <run>', 'go on with a run folder, or from one of its checkpoints; --max-steps, --device and --checkpoint-every may be given beside it')
    .option('--json', 'write one JSON event a line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText(
      'after',
      examples([
        ['train', 'a whole run on Fashion-MNIST, a few minutes on two cores'],
        ['train --data idx:/usr/share/datasets/mnist', 'the four files of MNIST, plain or .gz'],
        ['train --data folder:photos --epochs 20', 'photos/train/CLASS/*.jpg and photos/val/CLASS/*.jpg'],
        ['train --max-steps 300 --checkpoint-every 100 --out runs/first', 'a short one, in a folder of your choice'],
        ['train --resume runs/first --max-steps 600', 'go on with it'],
        ['train --json | jq -c "select(.type == \\"evaluation\\")"', 'for programs'],
      ]),
    )
    .action((flags: TrainFlags) => trainCommand(flags));

  program
    .command('eval')
    .description('Judge a checkpoint on the test images of a data set: top-1, top-5 and loss.')
    .requiredOption('--checkpoint <run>', 'a run folder (its newest checkpoint) or one checkpoint file')
    .option('--data <data>', 'as for train; its classes must be those of the training (default: the data of the run)')
    .addOption(viewsOption())
    .addOption(deviceOption().default('auto'))
    .option('--json', 'write JSON lines to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['eval --checkpoint runs/RUN', 'the middle of each image'], ['eval --checkpoint runs/RUN --views 10', 'ten views of each, averaged, as in 2012']]))
    .action((flags: EvaluateFlags) => evaluateCommand(flags));

  program
    .command('predict')
    .description('Say what is on images. They are resized like those of the training; grey and colour are converted.')
    .requiredOption('--checkpoint <run>', 'a run folder (its newest checkpoint) or one checkpoint file')
    .argument('<image...>', 'JPEG, PNG, WebP, GIF, TIFF or AVIF files')
    .option('--top <k>', 'answers for each image', whole(1), 3)
    .addOption(viewsOption())
    .addOption(deviceOption().default('auto'))
    .option('--json', 'write one JSON line for each image to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['predict --checkpoint runs/RUN shoe.png bag.jpg --top 5', 'the five likeliest classes of two images']]))
    .action((images: string[], flags: Omit<PredictFlags, 'images'>) => predictCommand({ ...flags, images }));

  program
    .command('summary')
    .description('Show the layers of a network: shapes, parameters, multiply-adds and bytes kept for one image.')
    .addOption(new Option('--model <name>', 'the network').choices(Object.keys(networks)).default('alexnet-mini'))
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['summary --model alexnet-2012', '60,965,224 parameters, 724,406,816 multiply-adds']]))
    .action((flags: SummaryFlags) => summaryCommand(flags));

  program
    .command('bench')
    .description('Measure how fast a network trains and answers on a device: images and GFLOP a second, the answer to one image, memory, and the time of each layer. It works on noise and needs no data.')
    .addOption(new Option('--model <name>', 'the network').choices(Object.keys(networks)).default('alexnet-mini'))
    .option('--batch <n>', "images in a step (default: the recipe's)", whole(1))
    .addOption(deviceOption().default('auto'))
    .option('--threads <n>', 'threads of a device that has them (default: all cores)', whole(1))
    .option('--steps <n>', 'steps to time after a warm-up; the median counts (default: two seconds of them, at least 3)', whole(1))
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText(
      'after',
      examples([
        ['bench', 'the small network on the device that --device auto takes'],
        ['bench --model alexnet-2012 --batch 32 --steps 5', 'the network of 2012; a step of it has 132 GFLOP'],
        ['bench --device cpu --threads 1', 'what one thread does'],
        ['bench --json | jq .trainImagesPerSecond', 'for programs'],
      ]),
    )
    .action((flags: BenchFlags) => benchCommand(flags));

  program
    .command('doctor')
    .description('Show which devices this machine has, their limits, and what --device auto takes and why.')
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .action((flags: DoctorFlags) => doctorCommand(flags));

  return program;
}

function deviceOption(description = 'where to compute; `alexnet doctor` shows what is there'): Option {
  return new Option('--device <name>', description).choices(deviceNames);
}

function viewsOption(): Option {
  return new Option('--views <n>', 'views of an image whose answers are averaged')
    .argParser((text: string) => {
      if (text !== '1' && text !== '10') throw new InvalidArgumentError('It must be 1 or 10.');
      return Number(text);
    })
    .default(1);
}

function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < Infinity)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function examples(rows: readonly (readonly [string, string])[]): string {
  const command = commandName();
  return ['', 'Examples:', ...rows.map(([line, what]) => `  ${command} ${line}\n      ${what}`)].join('\n');
}
