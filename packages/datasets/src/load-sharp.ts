import { ConvkitError } from '@convkit/tensor';
import type sharp from 'sharp';

/**
 * The optional peer sharp, loaded when it is first needed.
 *
 * @param who Needs it, for the message.
 * @throws ConvkitError `PEER_MISSING`
 */
export async function loadSharp(who: string): Promise<typeof sharp> {
  // A name in a variable and the two marks keep bundlers from looking for a package that only Node has, and only if the user wants it.
  const peer = 'sharp';
  try {
    const loaded = (await import(/* webpackIgnore: true */ /* @vite-ignore */ peer)) as { default: typeof sharp };
    return loaded.default;
  } catch (cause) {
    throw new ConvkitError({
      code: 'PEER_MISSING',
      message: `${who}: the package sharp, which decodes images, cannot be loaded: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      help: 'npm install sharp',
      cause,
    });
  }
}
