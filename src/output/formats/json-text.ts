import {parseFieldPath, pickFields} from '../../json/edit.ts';
import type {AuditRecord} from '../../base/record.ts';
import {columnFields, toFields} from './fields.ts';
import {addLabels, createLabelReader} from './record-labels.ts';
import {createRfc3339} from './time.ts';
import type {FormatOptions, Formatter} from './types.ts';

/** One record per line, each as the API gave it. */
export function createNdjson(options: FormatOptions): Formatter<string> {
	const textOf = recordText(options);
	return {
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
export function createJson(options: FormatOptions): Formatter<string> {
	const textOf = recordText(options);
	let written = options.written;
	return {
		start: () => written === 0 ? '[\n' : '',
		write(records) {
			let text = '';
			for (const record of records) text += `${written++ === 0 ? '' : ',\n'}${textOf(record)}`;
			return text;
		},
		end: () => written === 0 ? ']\n' : '\n]\n',
	};
}

/**
 * The whole row with its labels, or exactly the picked fields of it. A derived column (the time, a label) counts where
 * the row has no member of its name.
 */
function recordText({fields: names, columns, language}: FormatOptions): (record: AuditRecord) => string {
	if (names === undefined) {
		const labelled = columnFields(columns, language).filter(({show}) => show !== undefined);
		return labelled.length === 0 ? record => record.text : addLabels(labelled);
	}
	const fields = toFields(names, columns, language);
	// A label is a member of its own: a path would look for it inside the code.
	const paths = fields.map(({name, path, show}) => show === undefined ? path ?? parseFieldPath(name) : [name]);
	const times = fields.filter(({path}) => path === undefined).map(({name}) => name);
	const labelled = fields.filter(({show}) => show !== undefined);
	if (times.length === 0 && labelled.length === 0) return record => pickFields(record.text, paths);
	const rfc3339 = createRfc3339();
	const labelsOf = createLabelReader(labelled);
	return ({text, time}) => {
		const shown = rfc3339(time);
		const derived = new Map(shown === '' ? [] : times.map(name => [name, `"${shown}"`]));
		for (const [{name}, value] of labelsOf(text)) derived.set(name, value);
		return pickFields(text, paths, derived);
	};
}
