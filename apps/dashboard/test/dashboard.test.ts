import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type LaunchOptions, type Page } from 'playwright';
import { beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { openBuiltPage } from '../../trainer/test/support/dashboard.js';
import { writeTinyIdx } from '../../trainer/test/support/tiny-data.js';
import { stepLine, writeMadeUpRun } from './support/made-up-run.js';
import { tasksWhile } from './support/main-thread-tasks.js';
import { serve } from './support/served.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** How vitest.config.ts starts the browser. */
    chromium: LaunchOptions;
  }
}

// Training, a server and a browser share two cores with other tests.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 240_000 });
const patient = { timeout: 120_000, interval: 100 };

let browser: Browser;
let folder: string;
/** Addresses of dashboards with one run and with two. */
let one: string;
let two: string;
beforeAll(async () => {
  const { args = [], ...options } = inject('chromium');
  // A page with no need of a GPU is drawn sooner without one that is imitated.
  browser = await chromium.launch({ ...options, args: [...args, '--disable-gpu'] });
  folder = await mkdtemp(join(tmpdir(), 'convkit-page-'));
  const [first, second] = ['first', 'second'].map((name) => join(folder, name));
  await writeMadeUpRun(first, { steps: 600 });
  await writeMadeUpRun(second, { steps: 400, seed: 2 });
  const dashboards = await Promise.all([openBuiltPage([first]), openBuiltPage([first, second])]);
  [one, two] = dashboards.map(({ url }) => url);
  return async () => {
    await browser.close();
    await Promise.all(dashboards.map((dashboard) => dashboard.close()));
    await rm(folder, { recursive: true, force: true });
  };
});

/** Opens the page; what it complains of goes to `complaints`. */
async function open(url: string, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Pictures come from checkpoints, which runs that were made up have not.
    if (['error', 'warning'].includes(message.type()) && !message.text().includes('404')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

/** Panels are filled one after the other: resolves when half a second has changed nothing. */
async function standStill(page: Page): Promise<void> {
  let before = '';
  const same = async () => {
    const last = before;
    before = await page.evaluate(() => document.body.innerHTML);
    return before === last;
  };
  await expect.poll(same, { ...patient, interval: 500 }).toBe(true);
}

const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);
const status = (page: Page) => page.locator('#status');
const stepOf = async (page: Page) => Number((await status(page).locator('.progress b').first().textContent())?.replaceAll(',', ''));

describe('runs that are over', () => {
  it('shows all that a run has told, and says why it takes no commands', async () => {
    const { page, complaints } = await open(one);
    await expect.poll(() => stepOf(page), patient).toBe(600);
    await expect.poll(() => status(page).textContent(), patient).toContain('Finished');
    expect(await page.title()).toBe('Finished: first');
    expect(await page.getByRole('img', { name: /^Chart of loss up to step 600: training 0\.\d+, test 0\.\d+$/ }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    expect(await page.getByRole('group', { name: 'Commands to the run' }).textContent()).toContain('The run is over');
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await expect.poll(() => page.getByRole('status').textContent(), patient).toContain('The run is over');
    const matrix = page.getByRole('region', { name: 'Confusion matrix' });
    expect(await matrix.locator('tbody tr').first().locator('th, td').allTextContents()).toEqual(['top', '90', '10', ...Array<string>(8).fill('·')]);
    expect(await page.locator('#mistakes li').count()).toBe(24);
    expect(await page.locator('#log li.warning').textContent()).toContain('IMAGE_SKIPPED: train/17.png cannot be read');
    expect(await page.locator('#layer-times tbody th').allTextContents()).toEqual(['conv1', 'pool1', 'conv2', 'pool2', 'fc3']);
    expect(await page.locator('#magnitudes tbody tr').first().textContent()).toBe('conv1.weight0.011e−50.100 %');
    await page.locator('#loss').getByText('Show as table').click();
    expect(await page.getByRole('region', { name: 'Table of loss' }).locator('tbody tr').last().locator('th').textContent()).toBe('600');
    expect(complaints).toEqual([]);
  });

  it('lays several runs over each other, and shows the details of one', async () => {
    const { page } = await open(two);
    const legend = page.locator('#loss .legend li');
    await expect.poll(() => legend.count(), patient).toBe(4);
    await expect.poll(() => page.getByRole('region', { name: 'Table of runs' }).getByRole('row').nth(2).textContent(), patient).toContain('Finished400');
    await page.getByRole('checkbox', { name: 'Curves of second' }).uncheck();
    await expect.poll(() => legend.allTextContents(), patient).toEqual([expect.stringMatching(/^training/), expect.stringMatching(/^test/)]);
    await page.getByRole('radio', { name: 'Choose second' }).check();
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent(), patient).toBe('second');
    expect(await stepOf(page)).toBe(400);
    await page.getByLabel('Horizontally').selectOption('epochs');
    await page.getByRole('checkbox', { name: 'Curves of second' }).check();
    expect(await page.getByRole('img', { name: /^Chart of loss up to epoch 10:/ }).count()).toBe(1);
  });

  it('has no serious fault of accessibility, light and dark, and fits a phone and a wide screen', async () => {
    const { page } = await open(two, { bypassCSP: true });
    await expect.poll(() => page.locator('#loss .legend li').count(), patient).toBe(4);
    await expect.poll(() => page.locator('#mistakes li').count(), patient).toBe(24);
    await page.evaluate(axe.source);
    for (const width of [390, 1_400]) {
      await page.setViewportSize({ width, height: 900 });
      // Before the charts are drawn anew, too.
      expect(await widthOf(page)).toBe(width);
      // Of what the rules ask about, colours alone are other ones in the dark.
      for (const [colorScheme, rules, asked] of [['light', {}, ['color-contrast', 'label', 'role-img-alt', 'region']], ['dark', { runOnly: ['color-contrast'] }, ['color-contrast']]] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations, passes } = await page.evaluate(async (options) => {
          const found = await (window as unknown as { axe: typeof axe }).axe.run(options as axe.RunOptions);
          return { violations: found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), passes: found.passes.map(({ id }) => id) };
        }, rules);
        expect({ width, colorScheme, violations }).toEqual({ width, colorScheme, violations: [] });
        expect(passes).toEqual(expect.arrayContaining([...asked]));
      }
      expect(await widthOf(page)).toBe(width);
    }
  });

  it('is reached by Tab as a whole, in the order of the page', async () => {
    const { page } = await open(two);
    await expect.poll(() => page.locator('#mistakes li').count(), patient).toBe(24);
    await expect.poll(() => page.locator('#loss .legend li').count(), patient).toBe(4);
    await standStill(page);
    const wanted = await page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>('button, input, select, summary, [tabindex="0"]')].filter((element) => element.checkVisibility() && !(element as HTMLButtonElement).disabled);
      // Of radio buttons that belong together Tab goes to the one that is chosen.
      const stops = all.filter((element) => !(element instanceof HTMLInputElement && element.type === 'radio' && !element.checked));
      for (const [i, element] of stops.entries()) element.dataset.stop = `${i} ${element.outerHTML}`;
      return stops.map((element) => element.dataset.stop);
    });
    const reached: (string | undefined)[] = [];
    for (let i = 0; i < wanted.length; i++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.stop));
    }
    expect(wanted.length).toBeGreaterThan(40);
    expect(reached).toEqual(wanted);
  });

  it('shows 100,000 steps and is never long deaf to the keyboard', async () => {
    await writeMadeUpRun(join(folder, 'long'), { steps: 100_000 });
    const dashboard = await openBuiltPage([join(folder, 'long')]);
    onTestFinished(() => dashboard.close());
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const began = performance.now();
    const tasks = await tasksWhile(browser, page, async () => {
      await page.goto(dashboard.url);
      await expect.poll(() => stepOf(page).catch(() => 0), { ...patient, timeout: 120_000 }).toBe(100_000);
      await expect.poll(() => page.locator('#log').textContent(), patient).toContain('Finished');
    });
    const seconds = (performance.now() - began) / 1_000;
    const [worked, lasted] = [Math.max(...tasks.map((task) => task.worked)), Math.max(...tasks.map((task) => task.lasted))];
    console.log(`100,000 steps on the page after ${seconds.toFixed(1)} s: of ${tasks.length} tasks the longest worked ${worked.toFixed(0)} ms; by the clock the longest was ${lasted.toFixed(0)} ms, ${tasks.filter((task) => task.lasted > 50).length} above 50 ms`);
    expect(tasks.length).toBeGreaterThan(100);
    // What a task lasts by the clock is for the most part how long others keep the core; its own work is the page's. The longest are the first ones of a new page.
    expect(worked).toBeLessThan(250);
  });
});

describe('a server that goes and comes', () => {
  it('says that it reconnects, locks out who has no token, and goes on where it was', async () => {
    await writeMadeUpRun(join(folder, 'elsewhere'), { steps: 50, done: false });
    // What is lost of a run keeps nothing else from being shown.
    await rm(join(folder, 'elsewhere', 'card.md'));
    // Of a process nobody here can ask whether it lives.
    await writeFile(join(folder, 'elsewhere', 'lock'), JSON.stringify({ pid: 1, host: 'another computer', boot: 'then', token: '' }));
    const before = await openBuiltPage([join(folder, 'elsewhere')]);
    const { page } = await open(before.url);
    await expect.poll(() => stepOf(page), patient).toBe(50);
    expect(await page.getByRole('group', { name: 'Commands to the run' }).textContent()).toContain('Another process trains this run');
    const logged = await page.locator('#log li').count();
    await before.close();
    await expect.poll(() => page.locator('#banner').textContent(), patient).toContain('Reconnecting');
    expect(await stepOf(page)).toBe(50);
    const after = await openBuiltPage([join(folder, 'elsewhere')], Number(new URL(before.url).port));
    onTestFinished(() => after.close());
    await expect.poll(() => page.getByRole('alert').textContent(), patient).toContain('Open the address that it printed');
    // The browser now has the new token, and with it the page that was open before.
    const other = await page.context().newPage();
    await other.goto(after.url);
    await expect.poll(() => page.locator('#banner').textContent(), patient).toContain('Connected');
    await appendFile(join(folder, 'elsewhere', 'events.jsonl'), stepLine(51, 0.5));
    for (const either of [page, other]) await expect.poll(() => stepOf(either), patient).toBe(51);
    expect(await page.locator('#log li').count()).toBe(logged);
  });

  it('refuses who has no token, comes from another page or asks for another host', async () => {
    const { port } = new URL(one);
    const ask = async (headers: Record<string, string>) => (await fetch(`http://127.0.0.1:${port}/api/runs`, { headers })).status;
    expect(await ask({})).toBe(401);
    expect(await ask({ origin: 'https://example.org' })).toBe(403);
    expect(await ask({ origin: `http://127.0.0.1:${port}` })).toBe(401);
  });
});

describe('a run that trains', () => {
  it('is followed from its first step, outlives a reload, and obeys the buttons', async () => {
    await writeTinyIdx(join(folder, 'tiny'), 96, 24);
    const training = await serve(['train', '--data', 'idx:tiny', '--batch', '4', '--epochs', '100000', '--evaluate-every', '20', '--checkpoint-every', '1000000', '--device', 'cpu', '--out', 'live', '--dashboard'], folder);
    onTestFinished(() => training.kill());
    const { page, complaints } = await open(training.url);
    const button = (name: string) => page.getByRole('button', { name });
    const said = () => page.getByRole('status').textContent();
    const log = () => page.locator('#log').textContent();
    const rate = async () => Number(await status(page).locator('.figures dd').nth(3).textContent());
    await expect.poll(log, patient).toContain('Started on cpu');
    await expect.poll(() => stepOf(page), patient).toBeGreaterThan(0);
    const before = await stepOf(page);
    await page.reload();
    await expect.poll(() => stepOf(page).catch(() => 0), patient).toBeGreaterThan(before);

    // All by the keyboard. A run that waits leaves the cores to the browser, and obeys everything else between the same two steps.
    await button('Pause').press('Enter');
    await expect.poll(said, patient).toMatch(/^Paused \(step \d+\)$/);
    const paused = Number(/\d+/.exec((await said()) ?? '')?.[0]);
    expect(await status(page).locator('.state').textContent()).toBe('Paused');
    expect(await stepOf(page)).toBe(paused);
    const first = await rate();
    await button('Checkpoint now').press('Enter');
    await expect.poll(log, patient).toMatch(new RegExp(`Checkpoint step-0*${paused}\\.safetensors`));
    await expect.poll(() => page.locator('#kernels canvas').isVisible(), patient).toBe(true);
    await expect.poll(() => page.locator('#activations .layers li').count(), patient).toBeGreaterThan(5);
    await button('Divide rate by 10').press('Enter');
    await expect.poll(said, patient).toBe(`Learning rate divided by 10 (step ${paused})`);
    expect([await stepOf(page), await rate()]).toEqual([paused, first]);

    await button('Resume').press('Enter');
    await expect.poll(() => stepOf(page), patient).toBeGreaterThan(paused);
    expect(await rate()).toBeCloseTo(first / 10, 9);

    const stop = button('Stop…');
    const dialog = page.getByRole('dialog', { name: 'Stop this run?' });
    await stop.press('Enter');
    await expect.poll(() => dialog.isVisible(), patient).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.isVisible(), patient).toBe(false);
    await expect.poll(() => stop.evaluate((element) => element === document.activeElement), patient).toBe(true);
    await stop.press('Enter');
    await dialog.getByRole('button', { name: 'Stop the run' }).press('Enter');
    await expect.poll(() => status(page).textContent(), patient).toContain('Stopped');
    await training.ended;
    await expect.poll(() => page.locator('#banner').textContent(), patient).toContain('Ended');
    expect(complaints.filter((text) => !text.includes('ERR_'))).toEqual([]);
  });
});
