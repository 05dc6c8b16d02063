/** The rooms of the house, from the ground up: each may import only those before it. Files beside them are the process edge, the last. */
export const rooms = ['base', 'json', 'sources', 'http', 'query', 'output', 'engine', 'access', 'archive', 'console', 'run', 'sandbox', 'commands', 'edge'];

/**
 * What a file imports of the project, as it says: types and dynamic imports count.
 * @param {string} text
 */
export const importsOf = text => [...text.matchAll(/(?:\bfrom |\bimport\()'(\.[^']+)'/g)].map(([, specifier = '']) => specifier);

/**
 * The room of a file below src.
 * @param {string} file
 */
export const roomOf = file => file.includes('/') ? file.slice(0, file.indexOf('/')) : 'edge';

/**
 * How far up the room of a file is.
 * @param {string} file
 */
export const levelOf = file => rooms.indexOf(roomOf(file));
