import {editAt, removeAt, textAt} from './json-edit.ts';
import {every, some, type RowEdit, type RowsEdits} from './row-edits.ts';

/** Digits that a JavaScript number cannot hold apart from one another, whatever the last 60 are. */
const hugeDigits = 80;

/** What may be wrong with the identities of rows. */
export const idEdits = {
	'missing-id': some(identified((row, {shape}) => removeAt(row, shape.id))),
	'null-id': some(identified((row, {shape}) => editAt(row, shape.id, () => 'null'))),
	'empty-id': some(identified((row, {shape}) => editAt(row, shape.id, () => '""'))),
	// Of every row, and always the same: a row whose id changed from answer to answer would be another row.
	'huge-id': every(identified((row, {shape}) => editAt(row, shape.id, hugeId))),
	'same-id-other-content': () => (rows, {shape, count, random}) => {
		const first = Math.floor(random() * rows.length);
		const id = textAt(rows[first] ?? '{}', shape.id);
		const others = Math.min(count, rows.length - 1);
		if (id === undefined || shape.id.length === 0) return rows;
		return rows.map((row, index) => {
			const distance = (index - first + rows.length) % rows.length;
			return distance > 0 && distance <= others ? editAt(row, shape.id, () => id) : row;
		});
	},
} satisfies RowsEdits;

/** For rows that have an identity. */
function identified(edit: RowEdit): RowEdit {
	return (row, page) => page.shape.id.length === 0 ? row : edit(row, page);
}

function hugeId(literal: string): string {
	const id = String(JSON.parse(literal.replace(/^\d+$/, '"$&"')));
	const digits = /^\d+$/.test(id) ? id : String(BigInt(`0x${Buffer.from(id).toString('hex')}`));
	return `1${digits.padStart(hugeDigits, '0')}`;
}
