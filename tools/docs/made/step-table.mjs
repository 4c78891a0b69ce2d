import { buildNetwork, findNetwork, inputShape, recipeOptimiser } from '@convkit/alexnet';
import { openCpuDevice } from '@convkit/kernels-cpu';
import { releaseAll, softmaxCrossEntropy, uploadParameters } from '@convkit/layers';
import { formatShape, sizeOf } from '@convkit/tensor';

const BATCH = 32;

/** Every upload and launch of one training step of `alexnet-mini`, as they happened: one markdown table for each part of the step. */
export async function stepTable() {
  const cpu = await openCpuDevice({ threads: 1 });
  const { device, takeRows } = watch(cpu);
  const { design, recipe, defaults } = findNetwork('alexnet-mini');
  const network = buildNetwork(design, defaults);
  const shape = [BATCH, ...inputShape(recipe, defaults)];
  const parameters = await uploadParameters(device, network.initialise(shape, 1));
  const optimiser = recipeOptimiser(recipe);
  const state = await optimiser.initialState(device, parameters);
  takeRows();

  const x = await device.upload(shape, new Float32Array(sizeOf(shape)), 'x');
  const targets = await device.upload([BATCH, 10], new Float32Array(BATCH * 10).fill(0.1), 'targets');
  const { y, tape } = await network.forward(device, x, parameters, { training: true, seed: 1, step: 0 });
  const forward = takeRows();
  const loss = await softmaxCrossEntropy(device, y, targets);
  const dy = await loss.backward();
  const head = takeRows();
  const { gradients } = await network.backward(tape, dy);
  const backward = takeRows();
  await optimiser.step(device, parameters, gradients, state, 0.01);
  const update = takeRows();

  releaseAll([x, targets, y, ...parameters.values(), ...state.values()]);
  loss.release();
  await cpu.destroy();
  return [part('Forward', forward), part('Loss', head), part('Backward', backward), part('Update', update)].join('\n\n');
}

/**
 * The same device, with a line of a table for every upload and launch.
 *
 * @param {import('@convkit/tensor').Device} target
 */
function watch(target) {
  /** @type {string[]} */
  let rows = [];
  /** @type {import('@convkit/tensor').Device['upload']} */
  const upload = async (...args) => {
    const tensor = await target.upload(...args);
    rows.push(`| \`${tensor.label}\` | upload | | ${formatShape(tensor.shape)} |`);
    return tensor;
  };
  /** @type {import('@convkit/tensor').Device['run']} */
  const run = async (kernel, inputs, ...rest) => {
    const reads = inputs.map(({ shape }, i) => `${kernel.inputs[i]} ${formatShape(shape)}`).join(', ');
    const tensor = await target.run(kernel, inputs, ...rest);
    rows.push(`| \`${tensor.label.replace(`.${kernel.name}`, '')}\` | \`${kernel.name}\` | ${reads} | ${formatShape(tensor.shape)} |`);
    return tensor;
  };
  /** @type {import('@convkit/tensor').Device} */
  const device = {
    name: target.name,
    limits: target.limits,
    upload,
    run,
    reshape: (...args) => target.reshape(...args),
    download: (...args) => target.download(...args),
    release: (...args) => target.release(...args),
    owns: (...args) => target.owns(...args),
    report: () => target.report(),
    destroy: () => target.destroy(),
  };
  const takeRows = () => {
    const taken = rows;
    rows = [];
    return taken;
  };
  return { device, takeRows };
}

/**
 * @param {string} name
 * @param {readonly string[]} rows
 */
function part(name, rows) {
  return [`<details${name === 'Forward' ? ' open' : ''}><summary>${name}: ${rows.length} uploads and launches</summary>`, ['| whose | what runs | reads | makes |', '| --- | --- | --- | --- |', ...rows].join('\n'), '</details>'].join('\n\n');
}
