// Prints what each room of src holds: files, lines, and imports of a room above it. For comparing one state with another.
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {importsOf, levelOf, roomOf, rooms} from './imports.js';

const src = join(import.meta.dirname, '../../src');
const files = readdirSync(src, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts')).map(name => {
	const text = readFileSync(join(src, name), 'utf8');
	const climbing = importsOf(text).filter(specifier => levelOf(join(dirname(name), specifier)) > levelOf(name));
	return {room: roomOf(name), lines: text.split('\n').length - 1, wide: text.split('\n').filter(line => line.length > 140).length, climbing: climbing.length};
});

/**
 * @param {string} name
 * @param {typeof files} own
 */
function row(name, own) {
	const sum = (/** @type {'lines' | 'wide' | 'climbing'} */ key) => own.reduce((total, file) => total + file[key], 0);
	process.stdout.write([name.padEnd(10), own.length, sum('lines'), sum('wide'), sum('climbing')].map(cell => String(cell).padStart(7)).join('').concat('\n'));
}

process.stdout.write(['room'.padEnd(10), 'files', 'lines', '> 140', 'climb'].map(cell => cell.padStart(7)).join('').concat('\n'));
for (const room of rooms) row(room, files.filter(file => file.room === room));
row('all', files);
