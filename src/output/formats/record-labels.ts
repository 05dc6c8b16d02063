import {encodeString, kindAt, skipSpace} from '../../json/text.ts';
import type {AuditRecord} from '../../base/record.ts';
import {shownValue, type Field} from './fields.ts';
import {createFieldReader} from './row-reader.ts';

/** The member that holds a row's labels. */
const memberName = 'labels';

/** Reads the labels of a row: JSON text by field, without the fields that have nothing to show. */
export function createLabelReader(fields: readonly Field[]): (text: string) => Map<Field, string> {
	const read = createFieldReader(fields);
	return text => {
		const values = read(text);
		const labels = new Map<Field, string>();
		for (const [index, field] of fields.entries()) {
			const shown = shownValue(field, values[index]);
			if (shown !== undefined && shown !== 'null' && shown !== '""') labels.set(field, shown);
		}
		return labels;
	};
}

/**
 * Appends the labels to a row as its last member, `"labels":{"login_type":"Feishu"}`, by the dotted names of the coded
 * fields; every other byte stays. A row that has such a member already, is no object or has nothing to show stays as it is.
 */
export function addLabels(fields: readonly Field[]): (record: AuditRecord) => string {
	const own: Field = {name: memberName, path: [memberName], type: 'json'};
	const labelsOf = createLabelReader(fields);
	const ownOf = createFieldReader([own]);
	return ({text}) => {
		if (kindAt(text, skipSpace(text, 0)) !== 'object' || ownOf(text)[0] !== undefined) return text;
		const labels = [...labelsOf(text)].map(([{path = []}, value]) => `${encodeString(path.join('.'))}:${value}`);
		if (labels.length === 0) return text;
		const end = text.lastIndexOf('}');
		return `${text.slice(0, end)},${encodeString(memberName)}:{${labels.join(',')}}${text.slice(end)}`;
	};
}
