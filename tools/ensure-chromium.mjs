/**
 * Finds Chromium, which the tests of the browser devices run in, and the Vulkan driver SwiftShader beside it, which WebGPU in Node runs on where there is no GPU.
 * As a command it installs Debian's packages when it may, and else says what to type and fails: tests never skip silently.
 *
 *     node tools/ensure-chromium.mjs
 *     CHROMIUM_PATH=/opt/chrome/chrome node tools/ensure-chromium.mjs
 */
import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];
const DRIVER = 'vk_swiftshader_icd.json';

/** How the tests start it: with a GPU made of software, so that the same devices exist on every machine, and without a word to the network. */
export const CHROMIUM_ARGUMENTS = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/**
 * The browser's executable, from CHROMIUM_PATH or where it usually is.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const given = process.env.CHROMIUM_PATH;
  if (given) return existsSync(given) ? given : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES].find((path) => existsSync(path));
}

/**
 * The description of SwiftShader as a Vulkan driver, which Chromium brings along.
 *
 * @returns {string | undefined}
 */
export function findSoftwareVulkan() {
  const chromium = findChromium();
  const folders = [...(chromium ? [dirname(realpathSync(chromium))] : []), '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  return folders.map((folder) => join(folder, DRIVER)).find((path) => existsSync(path));
}

function hasVulkanLoader() {
  return process.platform !== 'linux' || /libvulkan\.so\.1/.test(execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }));
}

function missing() {
  return [...(findChromium() ? [] : ['chromium']), ...(findSoftwareVulkan() && hasVulkanLoader() ? [] : ['libvulkan1'])];
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (missing().length > 0 && !process.env.CHROMIUM_PATH && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    console.log(`Installing chromium and libvulkan1 for the tests of the browser and GPU devices …`);
    for (const args of [['update', '-q'], ['install', '-qy', '--no-install-recommends', 'chromium', 'libvulkan1']]) execFileSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  }
  if (missing().length > 0) {
    console.error(
      [
        `The tests need ${missing().join(' and ')}: the browser devices run in Chromium, WebGPU in Node on the Vulkan driver that comes with it.`,
        existsSync('/usr/bin/apt-get') ? '    sudo apt-get install chromium libvulkan1' : '    install Chromium or Chrome',
        'or, for a browser that lies elsewhere: CHROMIUM_PATH=/path/to/chromium npm test',
      ].join('\n'),
    );
    process.exit(1);
  }
}
