/**
 * Makes the pictures of the dashboard in docs/images: of a run on Fashion-MNIST that trains for a minute or two and is then paused.
 *
 *     npm run build && node apps/dashboard/scripts/screenshots.mjs
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import sharp from 'sharp';
import { CHROMIUM_ARGUMENTS, findChromium } from '../../../tools/ensure-chromium.mjs';

const out = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const program = fileURLToPath(new URL('../../trainer/dist/alexnet.js', import.meta.url));
const patient = { timeout: 600_000 };

const folder = await mkdtemp(join(tmpdir(), 'convkit-screenshots-'));
const settings = ['--batch', '16', '--limit-train-batches', '80', '--limit-eval-batches', '40', '--epochs', '12', '--checkpoint-every', '160', '--out', 'fashion-mnist-mini'];
const training = spawn(process.execPath, [program, 'train', ...settings, '--dashboard'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: CHROMIUM_ARGUMENTS });
try {
  await mkdir(out, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  page.setDefaultTimeout(patient.timeout);
  await page.goto(await address());
  await page.getByText(/^Checkpoint step-0*320/).waitFor(patient);
  await page.getByRole('button', { name: 'Divide rate by 10' }).click();
  await page.getByText(/^Checkpoint step-0*480/).waitFor(patient);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('#status .state.paused').waitFor(patient);
  await page.locator('#mistakes li button').nth(2).click();
  for (const width of [1400, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme });
      await showAll(page);
      // A palette halves the file and nobody sees it.
      await sharp(await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height: await heightOf(page) }, ...patient })).png({ palette: true, colours: 256, effort: 10 }).toFile(join(out, `dashboard-${width}-${colorScheme}.png`));
    }
  }
} finally {
  await browser.close();
  training.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

/** @returns {Promise<string>} */
function address() {
  return new Promise((resolve, reject) => {
    let told = '';
    for (const stream of [training.stdout, training.stderr]) {
      stream.on('data', (chunk) => {
        told += chunk;
        const [found] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(told) ?? [];
        if (found) resolve(found);
      });
    }
    training.once('close', () => reject(new Error(`The training ended: ${told}`)));
  });
}

/**
 * Scrolls through the page, so that pictures that wait for it are loaded, and waits until they are there and all charts are drawn.
 *
 * @param {import('playwright').Page} page
 */
async function showAll(page) {
  const height = await heightOf(page);
  for (let y = 0; y < height; y += 600) {
    await page.evaluate((top) => scrollTo(0, top), y);
    await page.waitForTimeout(150);
  }
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForFunction((bottom) => [...document.images].every((image) => image.getBoundingClientRect().top > bottom || (image.complete && image.naturalWidth > 0)), height, patient);
  await page.waitForFunction(() => [...document.querySelectorAll('#announcement span')].every((one) => getComputedStyle(one).visibility === 'hidden'), undefined, patient);
  await page.waitForTimeout(5_000);
}

/**
 * What of the page is shown: of the one long column on a phone its beginning.
 *
 * @param {import('playwright').Page} page
 */
async function heightOf(page) {
  return Math.min(6_000, await page.evaluate(() => document.documentElement.scrollHeight));
}
