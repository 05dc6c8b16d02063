import {describe, expect, it} from 'vitest';
import {defaults, format, record, textFormat} from './helpers.ts';

const rows = ['{"10":1,"9":9007199254740993}', '7', '{"id":"b","detail":{"status":200,"payload":"{\\"app_id\\":\\"cli\\"}"}}'];
const records = rows.map(row => record(row));

describe('ndjson', () => {
	it('writes each row as it is, one per line', () => {
		expect(format(textFormat('ndjson', defaults), records, 1)).toBe(rows.map(row => `${row}\n`).join(''));
	});

	it('writes nothing for no records', () => {
		expect(format(textFormat('ndjson', defaults), [])).toBe('');
	});

	it('picks fields by column name and by path, into strings too', () => {
		const formatter = textFormat('ndjson', {...defaults, fields: ['detail.payload.app_id', 'at', 'id']});
		expect(format(formatter, [record({id: 'x', event_time: 5, detail: {payload: '{"app_id":"cli"}', status: 1}})]))
			.toBe('{"detail":{"payload":{"app_id":"cli"}},"event_time":5,"id":"x"}\n');
	});

	it('gives the derived time where the row has none of its own', () => {
		const formatter = textFormat('ndjson', {...defaults, fields: ['id', 'time', 'event_time']});
		expect(format(formatter, [
			record({event_time: 5, id: 'x'}),
			record({event_time: 5, id: 'x', time: 'own'}),
			{...record({id: 'x'}), time: undefined},
		])).toBe([
			'{"id":"x","time":"2026-11-20T09:30:12Z","event_time":5}\n',
			'{"id":"x","time":"own","event_time":5}\n',
			'{"id":"x"}\n',
		].join(''));
	});
});

describe('json', () => {
	it('is one array with the rows as they are', () => {
		for (const size of [1, 2, Infinity]) {
			expect(format(textFormat('json', defaults), records, size)).toBe(`[\n${rows.join(',\n')}\n]\n`);
		}
	});

	it('is valid when empty', () => {
		expect(JSON.parse(format(textFormat('json', defaults), []))).toStrictEqual([]);
	});

	it('goes on where an interrupted run ended', () => {
		for (const written of [0, 1, 2, 3]) {
			const first = textFormat('json', defaults);
			const second = textFormat('json', {...defaults, written});
			const text = first.start() + first.write(records.slice(0, written)) + (written === 0 ? '' : second.start()) + second.write(records.slice(written)) + second.end();
			expect(text).toBe(`[\n${rows.join(',\n')}\n]\n`);
		}
	});
});
