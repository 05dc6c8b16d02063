import {parseFieldPath, pickFields} from '../json/edit.ts';
import type {AuditRecord} from '../record.ts';
import {toFields} from './fields.ts';
import {createRfc3339} from './time.ts';
import type {FormatOptions, Formatter} from './types.ts';

/** One record per line, each as the API gave it. */
export function createNdjson(options: FormatOptions): Formatter {
	const textOf = recordText(options);
	return {
		resumable: true,
		start: () => '',
		write(records) {
			let text = '';
			for (const record of records) text += `${textOf(record)}\n`;
			return text;
		},
		end: () => '',
	};
}

/** One JSON array with a record per line, valid also when empty. */
export function createJson(options: FormatOptions): Formatter {
	const textOf = recordText(options);
	let written = options.written;
	return {
		resumable: true,
		start: () => written === 0 ? '[\n' : '',
		write(records) {
			let text = '';
			for (const record of records) text += `${written++ === 0 ? '' : ',\n'}${textOf(record)}`;
			return text;
		},
		end: () => written === 0 ? ']\n' : '\n]\n',
	};
}

/** The whole row, or the picked fields of it. A derived column counts where the row has no member of its name. */
function recordText({fields: names, columns}: FormatOptions): (record: AuditRecord) => string {
	if (names === undefined) return record => record.text;
	const fields = toFields(names, columns);
	const paths = fields.map(({name, path}) => path ?? parseFieldPath(name));
	const derived = fields.filter(({path}) => path === undefined).map(({name}) => name);
	if (derived.length === 0) return record => pickFields(record.text, paths);
	const rfc3339 = createRfc3339();
	return ({text, time}) => {
		const shown = rfc3339(time);
		return pickFields(text, paths, new Map(shown === '' ? [] : derived.map(name => [name, `"${shown}"`])));
	};
}
