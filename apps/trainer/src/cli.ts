import { networks, recipes } from '@convkit/alexnet';
import { deviceNames } from '@convkit/kernels-cpu';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { BenchFlags } from './commands/bench.js';
import type { DashboardFlags } from './commands/dashboard.js';
import type { DataGetFlags } from './commands/data-get.js';
import type { DataPrepareFlags } from './commands/data-prepare.js';
import type { DataInspectFlags } from './commands/data-inspect.js';
import type { DataStatsFlags } from './commands/data-stats.js';
import type { DoctorFlags } from './commands/doctor.js';
import type { EvaluateFlags } from './commands/evaluate.js';
import type { LrFindFlags } from './commands/lr-find.js';
import type { PredictFlags } from './commands/predict.js';
import type { RecipeListFlags, RecipeShowFlags } from './commands/recipe.js';
import type { SummaryFlags } from './commands/summary.js';
import type { TrainFlags } from './commands/train.js';
import type { AblationsFlags } from './repro/ablations.js';
import type { Fig1Flags } from './repro/fig1.js';
import type { Fig3Flags } from './repro/fig3.js';
import type { Fig4Flags } from './repro/fig4.js';
import { knownData } from './get/known-data.js';
import { parseTime } from './parse-time.js';
import { commandName } from './wording.js';

/** The command line of `alexnet`; what a command needs is loaded when it is asked for. It throws a CommanderError for whatever it does not understand, after saying so on standard error. */
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
        ['lr-find', 'find a learning rate'],
        ['eval --checkpoint runs/RUN --views 10', 'judge what came out'],
        ['predict --checkpoint runs/RUN shoe.png', 'ask it what is on an image'],
        ['recipe diff alexnet-2012-as-coded alexnet-2012-as-written', 'see in what the code of 2012 and its paper differ'],
        ['bench', 'see how fast it is here'],
        ['repro fig3 --checkpoint runs/RUN', "repeat the paper's figures"],
        ['doctor', 'see which devices this machine has'],
      ]),
    );

  program
    .command('train')
    .description('Train a network by a recipe and leave a run folder: card.md, run.json, events.jsonl and checkpoints. Ctrl-C finishes the step, saves and ends; --resume goes on to the bit.')
    .addOption(recipeOption('how to train; `alexnet recipe list` shows them (default: that of the network)'))
    .addOption(new Option('--model <name>', 'the network (default: alexnet-mini)').choices(Object.keys(networks)))
    .addOption(setOption())
    .option('--data <data>', 'fashion-mnist, cifar10:PATH or cifar100:PATH (folder or .tar.gz), idx:PATH (folder of IDX files), folder:PATH (one folder of images a class), ilsvrc:PATH (ImageNet: train/WNID and val with its label file), wds:PATH (tar shards, WebDataset) or shards:PATH (of `alexnet data prepare`) (default: fashion-mnist)')
    .option('--epochs <n>', "passes over the training images; the recipe's schedule stretches with them (default: the recipe's)", whole(1))
    .option('--max-steps <n>', 'end after so many updates, counted from the beginning of the run', whole(1))
    .option('--max-time <time>', 'end, save and judge after so much time: 90s, 45m, 2h, 1h30m or 1:30:00', time)
    .option('--limit-train-batches <n>', 'an epoch is so many batches, or such a part of them: 100, 0.1', batchesOrPart)
    .option('--limit-eval-batches <n>', 'judge by so many batches, or such a part of them, spread over the test images', batchesOrPart)
    .option('--overfit-batches <n>', 'train on the first n batches again and again, order and augmentation frozen, and judge by them: a sound network learns them by heart', whole(1))
    .addOption(new Option('--fast-dev-run [n]', 'try everything once with n batches (default: 1): updates, evaluation, checkpoint; keeps nothing').preset('1').argParser(whole(1)))
    .option('--plan', 'tell what the run would take of memory, disk and time, measured here, and do not run')
    .option('--batch <n>', "images in an update (default: the recipe's)", whole(1))
    .option('--micro-batch <n>', 'images that go through the device at once: a larger batch is cut into such parts, whose gradients are added (default: the batch)', whole(1))
    .option('--lr <rate>', "first learning rate of the weights; all others keep their proportion (default: the recipe's)", positive)
    .addOption(deviceOption('where to compute; `alexnet doctor` shows what is there (default: auto)'))
    .option('--seed <n>', 'decides first weights, order, augmentation and dropout (default: 1)', whole(0))
    .option('--workers <n>', 'threads that read and augment images ahead of training; 0: none. They change nothing but the time (default: none for data that lie in memory, else one for each core but one, at most 4)', whole(0))
    .option('--strict', 'end with an error at an image that cannot be read, instead of skipping it with a warning')
    .option('--max-skipped <n>', 'end with an error when more training images, or more test images, than so many, or than such a part of them, cannot be read: 50, 0.01 (default: 0.001; a part is 10 at least)', imagesOrPart)
    .option('--evaluate-every <epochs>', 'epochs from one evaluation to the next (default: 1)', whole(1))
    .option('--checkpoint-every <steps>', 'updates from one checkpoint to the next (default: an epoch)', whole(1))
    .option('--keep <n>', 'how many of the newest checkpoints stay, beside the best (default: 3)', whole(1))
    .option('--early-stop <n>', 'end when more than so many evaluations in a row brought no better top-1, with the best weights', whole(0))
    .option('--flat-after <updates>', 'end with an error when the loss stays that of a guess over twice so many updates', whole(1))
    .option('--out <folder>', 'the run folder, new or empty (default: runs/DATE-MODEL)')
    .option('--resume <run>', 'go on with a run folder, or from one of its checkpoints; --max-steps, --max-time, --micro-batch, --device, --workers, --strict, --max-skipped, --evaluate-every, --checkpoint-every, --keep, --early-stop, --flat-after and --tensorboard may be given beside it')
    .option('--replay <run>', 'begin anew and repeat another run as far as it came, with all that commands did to its rates; ends with the same weights on the same device')
    .option('--tensorboard', 'write files for TensorBoard into the run folder: numbers of every update, kernels of the first layer and histograms of all parameters at every checkpoint')
    .addOption(portOption('--dashboard [port]', 'show the run in a browser on this machine, and steer it from there; the address is printed').preset('0'))
    .addOption(new Option('--log <format>', 'plain, or 2012: the lines of the original code').choices(['plain', '2012']).default('plain'))
    .option('--json', 'write one JSON event a line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText(
      'after',
      examples([
        ['train', 'a whole run on Fashion-MNIST, a few minutes on two cores'],
        ['train --data idx:/usr/share/datasets/mnist', 'the four files of MNIST, plain or .gz'],
        ['train --data folder:photos --epochs 20', 'photos/train/CLASS/*.jpg and photos/val/CLASS/*.jpg'],
        ['train --data ilsvrc:ILSVRC2012 --recipe alexnet-2012-as-coded', 'train/WNID/*.JPEG and val/*.JPEG with val.txt, LOC_val_solution.csv or the development kit; or the archives as they are handed out'],
        ['train --data wds:shards', 'shards/train*.tar and shards/val*.tar with KEY.jpg and KEY.cls, classes.txt beside them'],
        ['train --max-steps 300 --checkpoint-every 100 --out runs/first', 'a short one, in a folder of your choice'],
        ['train --resume runs/first --max-steps 600', 'go on with it'],
        ['train --recipe cifar-18pct --data cifar10:cifar-10-binary.tar.gz --epochs 24', 'a recipe of 2012, its schedule shortened'],
        ['train --recipe alexnet-2012-as-coded --data folder:photos --set data.colourNoise=none --set data.imagesPerDraw=1', 'with entries changed; card.md says so'],
        ['train --plan --recipe alexnet-2012-as-coded --data folder:photos', 'does it fit, and how long will it take?'],
        ['train --fast-dev-run', 'does everything work? A minute before a day'],
        ['train --overfit-batches 1 --max-steps 300', 'is the network sound? Its loss must go down to nearly 0'],
        ['train --limit-train-batches 0.1 --limit-eval-batches 0.1 --max-time 10m', 'a quick look'],
        ['train --json | jq -c "select(.type == \\"evaluation\\")"', 'for programs'],
      ]),
    )
    .action(async (flags: TrainFlags & { readonly fastDevRun?: number }) => {
      const { fastDevRun } = flags;
      if (fastDevRun === undefined || flags.plan === true) return (await import('./commands/train.js')).trainCommand(flags);
      return (await import('./commands/fast-dev-run.js')).fastDevRunCommand(flags, fastDevRun);
    });

  program
    .command('lr-find')
    .description('Find a learning rate: train while it rises from far too low to far too high, draw the loss (lr-find.svg, lr-find.json), and suggest where it falls fastest, or a tenth of where it is least, whichever is lower. The weights are thrown away.')
    .addOption(recipeOption('whose network, data and optimiser; its rates keep their proportions (default: that of the network)'))
    .addOption(new Option('--model <name>', 'the network (default: alexnet-mini)').choices(Object.keys(networks)))
    .addOption(setOption())
    .option('--data <data>', 'as for train', 'fashion-mnist')
    .option('--batch <n>', "images in an update (default: the recipe's)", whole(1))
    .option('--from <rate>', "first rate of the weights (default: a ten-thousandth of the recipe's)", positive)
    .option('--to <rate>', "last rate, which an explosion of the loss makes superfluous (default: a thousand times the recipe's)", positive)
    .option('--steps <n>', 'updates; the rate rises by the same factor with each', whole(20), 200)
    .addOption(deviceOption().default('auto'))
    .option('--seed <n>', 'decides first weights, order, augmentation and dropout', whole(0), 1)
    .option('--workers <n>', 'as for train', whole(0))
    .option('--out <folder>', 'where picture and numbers go, new or empty (default: lr-find/DATE-RECIPE)')
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText(
      'after',
      examples([
        ['lr-find', 'of the small network on Fashion-MNIST, in a few seconds'],
        ['lr-find --recipe alexnet-2012-as-coded --data folder:photos --batch 32', 'before a long run with another batch than that of 2012'],
        ['lr-find --from 0.0001 --to 1 --steps 300', 'a closer look'],
      ]),
    )
    // Charts are loaded when they are asked for.
    .action(async (flags: LrFindFlags) => (await import('./commands/lr-find.js')).lrFindCommand(flags));

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
    .action(async (flags: EvaluateFlags) => (await import('./commands/evaluate.js')).evaluateCommand(flags));

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
    .action(async (images: string[], flags: Omit<PredictFlags, 'images'>) => (await import('./commands/predict.js')).predictCommand({ ...flags, images }));

  program
    .command('summary')
    .description('Show the layers of a network: shapes, parameters, multiply-adds and bytes kept for one image.')
    .addOption(new Option('--model <name>', 'the network').choices(Object.keys(networks)).default('alexnet-mini'))
    .addOption(new Option('--columns <form>', "the two columns of 2012 as groups, or apart (default: the network's)").choices(['together', 'apart']))
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['summary --model alexnet-2012', '60,965,224 parameters, 724,406,816 multiply-adds'], ['summary --model alexnet-2012 --columns apart', 'the same as two columns']]))
    .action(async (flags: SummaryFlags) => (await import('./commands/summary.js')).summaryCommand(flags));

  const recipe = program.command('recipe').description('Show the recipes: network, data, optimiser, rates and evaluation, every entry with its source.');
  recipe
    .command('list')
    .description('List the recipes and what their networks cost.')
    .option('--json', 'write one JSON line to standard output and nothing else')
    .action(async (flags: RecipeListFlags) => (await import('./commands/recipe.js')).recipeListCommand(flags));
  recipe
    .command('show')
    .description('Print every entry of a recipe with its source: a file of the original, or a section of the paper.')
    .addArgument(new Argument('<name>', 'the recipe').choices(Object.keys(recipes)))
    .addOption(setOption())
    .option('--json', 'write one JSON line to standard output and nothing else')
    .addHelpText('after', examples([['recipe show alexnet-2012-as-coded', 'net 145, as the code of 2012 has it']]))
    .action(async (name: string, flags: RecipeShowFlags) => (await import('./commands/recipe.js')).recipeShowCommand(name, flags));
  recipe
    .command('diff')
    .description('Print in what two recipes differ, one difference a line.')
    .addArgument(new Argument('<a>', 'a recipe').choices(Object.keys(recipes)))
    .addArgument(new Argument('<b>', 'another').choices(Object.keys(recipes)))
    .option('--json', 'write one JSON line to standard output and nothing else')
    .addHelpText('after', examples([['recipe diff alexnet-2012-as-coded torchvision', 'why "AlexNet" is not AlexNet']]))
    .action(async (a: string, b: string, flags: RecipeListFlags) => (await import('./commands/recipe.js')).recipeDiffCommand(a, b, flags));

  const data = program.command('data').description('Get, prepare and look at data sets.');
  data
    .command('stats')
    .description('Mean, deviation and main colour axes of the training images, as a recipe prepares them; the mean image as a picture.')
    .requiredOption('--data <data>', 'as for train')
    .addOption(recipeOption('whose size and colours the images get').default('alexnet-2012-as-coded'))
    .option('--png <file>', 'write the mean image there; nothing is written over')
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['data stats --data folder:photos --png mean.png', 'of your own photographs, beside those of ImageNet']]))
    .action(async (flags: DataStatsFlags) => (await import('./commands/data-stats.js')).dataStatsCommand(flags));
  data
    .command('inspect')
    .description('What is wrong with a data set (files that cannot be read, pictures that are there twice or in both parts, rare classes), and a contact sheet of a training batch exactly as the network is shown it.')
    .argument('<data>', 'as for train')
    .addOption(recipeOption('that prepares the images').default('alexnet-2012-as-coded'))
    .option('--out <file>', 'write the contact sheet there, a PNG; nothing is written over')
    .option('--draws <file>', 'write there, as JSON, which images they are and what was drawn for each')
    .option('--images <n>', 'images in the batch', whole(1), 32)
    .option('--epoch <n>', 'from 0', whole(0), 0)
    .option('--batch <n>', 'batch of the epoch, from 0', whole(0), 0)
    .option('--seed <n>', 'decides order and augmentation, as in train', whole(0), 1)
    .option('--no-audit', 'do not read every image to find what is wrong')
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['data inspect folder:photos --out sheet.png', 'before a long run']]))
    .action(async (asked: string, flags: DataInspectFlags) => (await import('./commands/data-inspect.js')).dataInspectCommand(asked, flags));

  data
    .command('get')
    .description('Get a data set from its official address, or take it from a file that is there, and check it. A download that was stopped goes on when it is started again.')
    .addArgument(new Argument('<name>', 'the data set').choices(Object.keys(knownData)))
    .option('--out <folder>', 'where it goes; nothing is written over', 'data')
    .option('--from <file>', 'the file, or the folder of the files, if it is here already: it is checked and copied')
    .option('--url <url>', 'another address of the file, or of the folder of the files')
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText(
      'after',
      examples([
        ['data get cifar10', 'data/cifar-10-binary.tar.gz, 170 MB'],
        ['data get imagenette --from ~/Downloads/imagenette2-320.tgz', 'without a network'],
      ]),
    )
    .action(async (name: string, flags: DataGetFlags) => (await import('./commands/data-get.js')).dataGetCommand(name, flags));
  data
    .command('prepare')
    .description("Resize and crop all images of a data set once and write them as shards: tar files of JPEG in WebDataset's convention, with an index, the mean image and the colour axes. A preparation that was stopped goes on when it is started again.")
    .argument('<source>', 'the data, as for train --data')
    .argument('<out>', 'the folder of the shards: new, empty, or of a preparation of the same source with the same options')
    .option('--size <n>', 'rows and columns of an image: its shorter side becomes so long, and the middle square is cut out', whole(1, 2048), 256)
    .option('--quality <n>', 'of the JPEGs', whole(1, 100), 95)
    .option('--seed <n>', 'decides the order of the images', whole(0), 1)
    .option('--shard-images <n>', 'images in a shard', whole(1, 10_000), 1000)
    .option('--workers <n>', 'threads that make shards (default: all cores)', whole(1))
    .option('--strict', 'end with an error at an image that cannot be read, instead of skipping it')
    .option('--json', 'write JSON lines to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText(
      'after',
      examples([
        ['data prepare folder:photos prepared', 'then: train --data shards:prepared'],
        ['data prepare ilsvrc:/data/ILSVRC2012 /data/imagenet-256 --workers 8', 'ImageNet as in 2012'],
      ]),
    )
    .action(async (source: string, out: string, flags: DataPrepareFlags) => (await import('./commands/data-prepare.js')).dataPrepareCommand(source, out, flags));

  const repro = program.command('repro').description("Repeat the paper's experiments. Each says what it ran, on which data, and prints the paper's figure beside its own.");
  repro
    .command('fig1')
    .description('ReLU against tanh and sigmoid: a net of four layers on CIFAR-10, each at a rate tuned for it, until the training error is 25 %. Curves as SVG. Takes an hour or more; a study that was stopped goes on where it was.')
    .requiredOption('--data <data>', 'as for train; the paper used CIFAR-10')
    .option('--out <folder>', 'where results are written, and taken over from when they are there', 'repro/fig1')
    .option('--rates <list>', 'rates that are tried, with commas', rates, [0.001, 0.003, 0.01, 0.03, 0.1])
    .option('--tune-epochs <n>', 'epochs of a try', whole(1), 1)
    .option('--max-epochs <n>', 'when to give a net up', whole(1), 40)
    .option('--batch <n>', 'images in an update', whole(1), 128)
    .option('--seed <n>', 'decides first weights and order', whole(0), 1)
    .addOption(deviceOption().default('auto'))
    .option('--json', 'write JSON lines to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['repro fig1 --data cifar10:cifar-10-binary.tar.gz', 'the whole experiment']]))
    .action(async (flags: Fig1Flags) => (await import('./repro/fig1.js')).fig1Command(flags));
  repro
    .command('fig3')
    .description('The kernels of the first layer as a PNG, those of the first column above those of the second.')
    .requiredOption('--checkpoint <run>', 'a run folder (its newest checkpoint) or one checkpoint file')
    .option('--out <file>', 'the picture; nothing is written over', 'fig3.png')
    .option('--each', 'scale each kernel by itself, instead of all together')
    .option('--scale <n>', 'pixels of the picture for a number of a kernel', whole(1), 4)
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['repro fig3 --checkpoint runs/RUN --out kernels.png', 'what the first layer has learnt']]))
    .action(async (flags: Fig3Flags) => (await import('./repro/fig3.js')).fig3Command(flags));
  repro
    .command('fig4')
    .description('Test images with their top-5 bars, and test images with the training images that are nearest in the last hidden layer, as one SVG.')
    .requiredOption('--checkpoint <run>', 'a run folder (its newest checkpoint) or one checkpoint file')
    .option('--data <data>', 'as for train (default: the data of the run)')
    .option('--out <file>', 'the picture; nothing is written over', 'fig4.svg')
    .option('--images <n>', 'test images with bars', whole(1), 8)
    .option('--queries <n>', 'test images with neighbours', whole(1), 5)
    .option('--neighbours <n>', 'training images for each', whole(1), 6)
    .option('--seed <n>', 'decides which images', whole(0), 1)
    .addOption(deviceOption().default('auto'))
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['repro fig4 --checkpoint runs/RUN', 'on the data of the run']]))
    .action(async (flags: Fig4Flags) => (await import('./repro/fig4.js')).fig4Command(flags));
  repro
    .command('ablations')
    .description('What normalisation, overlapping pooling, dropout, colour noise, weight decay and the second column are worth: each taken away in turn, the same budget, several seeds, mean and spread.')
    .requiredOption('--data <data>', 'as for train')
    .addOption(recipeOption('what things are taken away from').default('alexnet-mini'))
    .addOption(setOption())
    .option('--out <folder>', 'where results are written, and taken over from when they are there', 'repro/ablations')
    .option('--epochs <n>', 'epochs of a run; the schedule stretches with them', whole(1), 3)
    .option('--seeds <n>', 'runs of each variant', whole(1), 3)
    .option('--only <list>', 'some of the ablations by name, with commas', (text: string) => text.split(',').map((name) => name.trim()))
    .addOption(deviceOption().default('auto'))
    .option('--json', 'write JSON lines to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText(
      'after',
      examples([
        ['repro ablations --data cifar10:cifar-10-binary.tar.gz', 'all of them with the small network, about an hour'],
        ['repro ablations --data fashion-mnist --set data.colourNoise=none --only "without dropout" --seeds 1', 'one, quickly'],
      ]),
    )
    .action(async (flags: AblationsFlags) => (await import('./repro/ablations.js')).ablationsCommand(flags));

  program
    .command('dashboard')
    .description('Show runs in a browser on this machine: curves as they grow, checkpoints, mistakes, what the layers see. Ctrl-C ends it.')
    .argument('<run...>', 'run folders, running or over')
    .addOption(portOption('--port <port>', 'where it listens, on 127.0.0.1; 0: any that is free').default(0))
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', examples([['dashboard runs/first', 'one run; open the address that is printed'], ['dashboard runs/*', 'all of them, side by side']]))
    .action(async (runs: string[], flags: DashboardFlags) => (await import('./commands/dashboard.js')).dashboardCommand(runs, flags));

  program
    .command('bench')
    .description('Measure how fast a network trains and answers on a device: images and GFLOP a second, the answer to one image, memory, and the time of each layer. It works on noise and needs no data.')
    .addOption(new Option('--model <name>', 'the network').choices(Object.keys(networks)).default('alexnet-mini'))
    .addOption(setOption())
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
    .action(async (flags: BenchFlags) => (await import('./commands/bench.js')).benchCommand(flags));

  program
    .command('doctor')
    .description('Show which devices this machine has, their limits, and what --device auto takes and why.')
    .option('--json', 'write one JSON line to standard output and nothing else')
    .option('--debug', 'show the stack of an error')
    .action(async (flags: DoctorFlags) => (await import('./commands/doctor.js')).doctorCommand(flags));

  return program;
}

function deviceOption(description = 'where to compute; `alexnet doctor` shows what is there'): Option {
  return new Option('--device <name>', description).choices(deviceNames);
}

function recipeOption(description: string): Option {
  return new Option('--recipe <name>', description).choices(Object.keys(recipes));
}

function portOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    const port = whole(0, 65_535)(text);
    if (port > 0 && port < 1024) throw new InvalidArgumentError('Ports below 1024 belong to the system.');
    return port;
  });
}

function setOption(): Option {
  return new Option('--set <path=value>', 'change an entry of the recipe, such as data.flip=0 or data.colourNoise=none; may be given again')
    .argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
}

function viewsOption(): Option {
  return new Option('--views <n>', "views of an image whose answers are averaged: 1, 9 or 10 (default: the recipe's)").argParser((text: string) => {
    if (!['1', '9', '10'].includes(text)) throw new InvalidArgumentError('It must be 1, 9 or 10.');
    return Number(text);
  });
}

function whole(least: number, most = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(most === Infinity ? `It must be a whole number of at least ${least}.` : `It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < Infinity)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function time(text: string): number {
  const seconds = parseTime(text);
  if (seconds === undefined) throw new InvalidArgumentError('It must be a time such as 90s, 45m, 2h, 1h30m or 1:30:00.');
  return seconds;
}

const batchesOrPart = wholeOrPart('batches', 1);
const imagesOrPart = wholeOrPart('images', 0);

function wholeOrPart(of: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const valid = /^\d+$/.test(text) ? Number.isSafeInteger(value) && value >= least : /^0?\.\d+$/.test(text) && value > 0;
    if (!valid) throw new InvalidArgumentError(`It must be a whole number of ${of} of at least ${least}, or a part of them between 0 and 1, such as 0.1.`);
    return value;
  };
}

function rates(text: string): readonly number[] {
  return text.split(',').map(positive);
}

function examples(rows: readonly (readonly [string, string])[]): string {
  const command = commandName();
  return ['', 'Examples:', ...rows.map(([line, what]) => `  ${command} ${line}\n      ${what}`)].join('\n');
}
