/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28x28, grey, in ten classes. The files are in the package; nothing is downloaded.
 * Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017. MIT, Zalando SE.
 *
 * @packageDocumentation
 */
export { fashionMnist, type DataFile } from './fashion-mnist.js';
export { loadFashionMnist, type LoadedFashionMnist, type LoadedFile, type LoadedPart, type LoadFashionMnistOptions } from './load-fashion-mnist.js';
