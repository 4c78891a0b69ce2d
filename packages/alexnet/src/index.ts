/**
 * AlexNet of 2012 and its small sibling, with their initialisation, recipes and ten-view prediction.
 *
 * @packageDocumentation
 */
export {};
