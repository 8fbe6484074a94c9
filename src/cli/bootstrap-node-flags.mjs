/**
 * What Node is started with wherever the product runs; the Dockerfile repeats it. Young objects get 48 MiB at most: on a large
 * machine Node takes 128 for them, keeps those, and answers no faster (docs/decisions/0059).
 */
export const NODE_FLAGS = ['--enable-source-maps', '--max-semi-space-size=16'];
