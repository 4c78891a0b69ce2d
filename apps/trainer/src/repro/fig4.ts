import { predict, prepareImage, viewsOf, type Preparation } from '@convkit/alexnet';
import { toBatch, type AnyImage } from '@convkit/data-aug';
import type { Dataset } from '@convkit/datasets';
import { openNamedDevice, type DeviceRequest } from '@convkit/kernels-cpu';
import { releaseAll, Sequential, uploadParameters } from '@convkit/layers';
import { RandomStream, type Device, type DeviceTensor, type Tensor } from '@convkit/tensor';
import { openData, resolveData } from '../data.js';
import { bestGuesses, type Guess } from '../guesses.js';
import { preparedPicture } from '../inspect/prepared-picture.js';
import { loadCheckpoint } from '../load-checkpoint.js';
import { openOutput } from '../output.js';
import { count, percent } from '../wording.js';
import { writeNew } from '../write-new.js';

/** What the command line may say. */
export interface Fig4Flags {
  readonly checkpoint: string;
  readonly data?: string;
  readonly out: string;
  readonly images: number;
  readonly queries: number;
  readonly neighbours: number;
  readonly seed: number;
  readonly device: DeviceRequest;
  readonly json?: boolean;
}

/** Images that run through the network at once. */
const BATCH = 50;

/** A test image with what the network says of it. */
export interface Answered {
  readonly picture: string;
  readonly truth: string;
  readonly guesses: readonly Guess[];
}

/** A test image and the training images that the network finds most alike. */
export interface Similar {
  readonly picture: string;
  readonly truth: string;
  readonly neighbours: readonly { readonly picture: string; readonly truth: string; readonly index: number; readonly distance: number }[];
}

/**
 * `alexnet repro fig4`: figure 4 of the paper. Left: test images with the five likeliest classes. Right: test images with those training images
 * whose activations in the last hidden layer are nearest, by Euclidean distance.
 */
export async function fig4Command(flags: Fig4Flags): Promise<void> {
  const output = openOutput(flags.json ?? false);
  const { parameters: weights, description, network, preparation, file, warnings } = await loadCheckpoint(flags.checkpoint);
  for (const warning of warnings) output.warn(warning);
  const described = flags.data === undefined ? description.data : resolveData(flags.data);
  const { train, test } = await openData(described, (message) => output.warn(message));
  const device = await openNamedDevice(flags.device);
  try {
    const parameters = await uploadParameters(device, weights);
    const context: Context = { device, parameters, preparation, network, body: bodyOf(network) };
    const order = new RandomStream(flags.seed, 'fig4').at().permutation(test.length);
    const shown = [...order.subarray(0, flags.images)];
    const asked = [...order.subarray(flags.images, flags.images + flags.queries)];

    const answers = await answersOf(context, test, shown, description.classes);
    const found = await similarTo(context, test, asked, train, flags.neighbours, (done) => output.progress(done, train.length));
    releaseAll(parameters.values());
    await writeNew(flags.out, figure(answers, found));

    const right = answers.filter(({ truth, guesses }) => guesses[0].class === truth).length;
    const within = answers.filter(({ truth, guesses }) => guesses.some((guess) => guess.class === truth)).length;
    const alike = found.reduce((sum, { truth, neighbours }) => sum + neighbours.filter((each) => each.truth === truth).length, 0);
    const pairs = found.length * flags.neighbours;
    const strip = ({ picture: _, ...rest }: { readonly picture: string }) => rest;
    output.done(
      {
        type: 'done', checkpoint: file, data: described, out: flags.out, top1: right / answers.length, top5: within / answers.length, sameClass: alike / pairs,
        answers: answers.map(strip), similar: found.map((each) => ({ ...strip(each), neighbours: each.neighbours.map(strip) })),
      },
      [
        `${description.recipe.network.name} of ${file} on ${described}: ${flags.out}`,
        `left: ${right} of ${answers.length} test images right, ${within} among the best five`,
        `right: of the ${flags.neighbours} nearest of ${count(train.length)} training images, ${percent(alike / pairs)} have the class of the test image (${context.body.layers[context.body.layers.length - 1].name}, ${count(found.length)} test images)`,
        'The paper (figure 4): eight test images with top-5 bars; five test images with their six nearest training images, most of the same class though their pixels are far apart.',
      ],
    );
  } finally {
    output.close();
    await device.destroy();
  }
}

interface Context {
  readonly device: Device;
  readonly parameters: ReadonlyMap<string, DeviceTensor>;
  readonly preparation: Preparation;
  readonly network: Sequential;
  /** The network up to its last hidden layer. */
  readonly body: Sequential;
}

/** The layers before the last one with parameters, the head. */
export function bodyOf({ layers }: Sequential): Sequential {
  return new Sequential(layers.slice(0, layers.length - 1));
}

/** Activations of the last hidden layer, one row for each image. */
async function features({ device, parameters, preparation, body }: Context, images: readonly AnyImage[]): Promise<Tensor> {
  const { recipe, format, statistics } = preparation;
  const batch = toBatch(images.flatMap((image) => viewsOf(recipe, format, statistics, prepareImage(recipe, format, image), 1)));
  using x = await device.upload(batch.shape, batch.data, 'x');
  using y = await body.predict(device, x, parameters);
  return await device.download(y);
}

async function answersOf({ preparation, ...rest }: Context, test: Dataset, indices: readonly number[], classes: readonly string[]): Promise<readonly Answered[]> {
  const examples = await Promise.all(indices.map((index) => test.item(index)));
  const { data } = await predict({ ...rest, ...preparation, views: 1 }, examples.map(({ image }) => image));
  return Promise.all(
    examples.map(async ({ image, label }, i) => {
      const probabilities = data.subarray(i * classes.length, (i + 1) * classes.length);
      return { picture: await pictureOf(image, preparation), truth: classes[label], guesses: bestGuesses(probabilities, classes, 5) };
    }),
  );
}

async function similarTo(context: Context, test: Dataset, asked: readonly number[], train: Dataset, neighbours: number, progress: (done: number) => void): Promise<readonly Similar[]> {
  const queries = await Promise.all(asked.map((index) => test.item(index)));
  const wanted = await features(context, queries.map(({ image }) => image));
  const width = wanted.data.length / queries.length;
  /** For each query the nearest so far, nearest first. */
  const best: { index: number; distance: number }[][] = queries.map(() => []);
  for (let first = 0; first < train.length; first += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, train.length - first) }, (_, i) => first + i);
    const examples = await Promise.all(indices.map((index) => train.item(index)));
    const { data } = await features(context, examples.map(({ image }) => image));
    for (const [i, index] of indices.entries()) {
      for (const [q, list] of best.entries()) {
        let sum = 0;
        for (let j = 0; j < width; j++) sum += (data[i * width + j] - wanted.data[q * width + j]) ** 2;
        if (list.length === neighbours && sum >= list[list.length - 1].distance) continue;
        list.push({ index, distance: sum });
        list.sort((a, b) => a.distance - b.distance);
        list.length = Math.min(list.length, neighbours);
      }
    }
    progress(first + indices.length);
  }
  return Promise.all(
    queries.map(async ({ image, label }, q) => ({
      picture: await pictureOf(image, context.preparation),
      truth: test.classes[label],
      neighbours: await Promise.all(
        best[q].map(async ({ index, distance }) => {
          const example = await train.item(index);
          return { picture: await pictureOf(example.image, context.preparation), truth: train.classes[example.label], index, distance: Math.sqrt(distance) };
        }),
      ),
    })),
  );
}

/** What the network sees of an image, as the text of a PNG that an SVG can hold. */
async function pictureOf(image: AnyImage, preparation: Preparation): Promise<string> {
  return `data:image/png;base64,${(await preparedPicture(image, preparation)).toString('base64')}`;
}

/** Sides of a picture and of what stands beside it, in the units of the SVG. */
const side = 96;
const pad = 12;
const row = 14;

/** The whole figure as an SVG. */
export function figure(answers: readonly Answered[], found: readonly Similar[]): string {
  const cell = { width: side + 2 * pad + 40, height: side + 7 * row + 2 * pad };
  const perLine = 4;
  const left = { width: perLine * cell.width, height: Math.ceil(answers.length / perLine) * cell.height };
  const columns = 1 + Math.max(0, ...found.map(({ neighbours }) => neighbours.length));
  const right = { width: columns * (side + pad) + 2 * pad, height: found.length * (side + row + pad) };
  const width = left.width + right.width + pad;
  const height = Math.max(left.height, right.height) + pad;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="10">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...answers.flatMap((answer, i) => answered(answer, pad + (i % perLine) * cell.width, pad + Math.floor(i / perLine) * cell.height, cell.width - 2 * pad)),
    ...found.flatMap((each, i) => similar(each, left.width + 2 * pad, pad + i * (side + row + pad))),
    '</svg>',
    '',
  ].join('\n');
}

function answered({ picture, truth, guesses }: Answered, x: number, y: number, width: number): readonly string[] {
  return [
    image(picture, x + (width - side) / 2, y),
    `<text x="${x + width / 2}" y="${y + side + row}" text-anchor="middle" font-weight="bold">${escape(truth)}</text>`,
    ...guesses.flatMap(({ class: name, probability }, i) => {
      const top = y + side + row * (i + 1.5);
      return [
        `<rect x="${x}" y="${top}" width="${(width * probability).toFixed(1)}" height="${row - 2}" fill="${name === truth ? '#e76f51' : '#8ab6d6'}"/>`,
        `<text x="${x + 3}" y="${top + row - 4.5}">${escape(name)} ${(100 * probability).toFixed(0)} %</text>`,
      ];
    }),
  ];
}

function similar({ picture, truth, neighbours }: Similar, x: number, y: number): readonly string[] {
  const label = (text: string, left: number, bold: boolean) => `<text x="${left + side / 2}" y="${y + side + row - 3}" text-anchor="middle"${bold ? ' font-weight="bold"' : ''}>${escape(text)}</text>`;
  return [
    image(picture, x, y),
    label(truth, x, true),
    ...neighbours.flatMap((each, i) => {
      const left = x + (i + 1) * (side + pad) + pad;
      return [image(each.picture, left, y), label(each.truth, left, each.truth === truth)];
    }),
  ];
}

function image(picture: string, x: number, y: number): string {
  return `<image x="${x}" y="${y}" width="${side}" height="${side}" href="${picture}" style="image-rendering:auto"/>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
