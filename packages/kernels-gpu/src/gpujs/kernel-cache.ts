/** Compiled kernels by launch key. When full, the one unused for longest makes room. */
export class KernelCache<Kernel> {
  readonly #kernels = new Map<string, Kernel>();

  constructor(
    readonly limit: number,
    readonly destroyKernel: (kernel: Kernel) => void,
  ) {}

  get size(): number {
    return this.#kernels.size;
  }

  /** The kernel of this key, which counts as used. */
  get(key: string): Kernel | undefined {
    const kernel = this.#kernels.get(key);
    if (kernel !== undefined) {
      this.#kernels.delete(key);
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }

  /** Keeps a kernel under a key that has none. */
  add(key: string, kernel: Kernel): Kernel {
    this.#kernels.set(key, kernel);
    if (this.#kernels.size > this.limit) {
      const [[oldestKey, oldest]] = this.#kernels;
      this.#kernels.delete(oldestKey);
      this.destroyKernel(oldest);
    }
    return kernel;
  }

  clear(): void {
    for (const kernel of this.#kernels.values()) this.destroyKernel(kernel);
    this.#kernels.clear();
  }
}
