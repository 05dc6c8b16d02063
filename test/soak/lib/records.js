import {existsSync, readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import {parse} from 'csv-parse/sync';
import {must} from './failure.js';

/**
 * Records as a file holds them.
 * @typedef {object} Records
 * @property {readonly string[]} ids every digit of them
 * @property {readonly string[]} lines of NDJSON; none of other formats
 */

/**
 * Reads an export.
 * @param {string} path
 * @param {{id: string}} source
 * @returns {Records}
 */
export function readRecords(path, {id}) {
	must(existsSync(path), `${path} is missing`);
	const bytes = readFileSync(path);
	const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
	if (/\.csv(?:\.gz)?$/.test(path)) {
		/** @type {Array<Record<string, string>>} */
		const rows = parse(text, {columns: true, bom: true});
		return {ids: rows.map(row => row[id] ?? ''), lines: []};
	}
	if (/\.json(?:\.gz)?$/.test(path)) {
		JSON.parse(text);
		return recordsOf(text.split('\n').map(line => line.replace(/^[[,]+|[\],]+$/g, '')).filter(line => line.startsWith('{')), id);
	}
	must(text === '' || text.endsWith('\n'), `${path}: the last line is not whole`);
	return recordsOf(text.split('\n').slice(0, -1), id);
}

/**
 * @param {readonly string[]} lines
 * @param {string} id
 * @returns {Records}
 */
export function recordsOf(lines, id) {
	const digits = new RegExp(`"${id}":(\\d+)`);
	return {
		lines,
		ids: lines.map(line => {
			/** @type {Record<string, unknown> | null} */
			const row = JSON.parse(line);
			const value = row?.[id];
			return typeof value === 'string' ? value : digits.exec(line)?.[1] ?? '';
		}),
	};
}

/**
 * Records of an archive that got some of them unreadable first: without those that have no id, and each id once.
 * @param {Records} records
 * @returns {Records}
 */
export function readable({ids}) {
	return {ids: [...new Set(ids)].filter(id => id !== ''), lines: []};
}

/**
 * Compares records with what there is.
 * @param {Records} got
 * @param {Records} truth
 * @param {{alters?: boolean, limit?: number | undefined}} [options]
 */
export function compare(got, truth, {alters = false, limit} = {}) {
	const known = new Set(truth.ids);
	const seen = new Set(got.ids);
	const repeated = got.ids.length - seen.size;
	const foreign = got.ids.filter(id => !known.has(id));
	const missing = limit === undefined ? truth.ids.filter(id => !seen.has(id)) : [];
	must(repeated === 0, `${repeated} rows are repeated`);
	must(foreign.length === 0, `${foreign.length} rows are not there in truth: ${foreign.slice(0, 5).join(' ')}`);
	must(missing.length === 0, `${missing.length} of ${truth.ids.length} rows are missing: ${missing.slice(0, 5).join(' ')}`);
	if (limit !== undefined) must(got.ids.length === Math.min(limit, truth.ids.length), `${got.ids.length} rows with --limit ${limit} of ${truth.ids.length}`);
	if (alters || got.lines.length === 0) return;
	const lines = new Set(truth.lines);
	const altered = got.lines.filter(line => !lines.has(line));
	must(altered.length === 0, `${altered.length} rows are altered: ${altered[0]}`);
}
