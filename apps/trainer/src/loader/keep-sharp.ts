/**
 * Before threads that use sharp are started: on Linux a native library that only threads have loaded is gone with the first of them. And first in every thread: what sharp caches are images, of which none is asked for twice,
 * and it begins to cache anew, for the whole process, in each thread that loads it.
 * Where sharp is not installed, those who need it say so.
 */
export async function keepSharp(): Promise<void> {
  await import('sharp').then(({ default: sharp }) => sharp.cache(false), () => undefined);
}
