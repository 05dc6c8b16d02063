import {expect, it} from 'vitest';
import {standardStreamOf} from '../../src/output/target.ts';
import {compressionOf, formatOf} from '../../src/query/format-names.ts';

it.each([
	['a.csv', 'csv', 'none'],
	['a.csv.gz', 'csv', 'gzip'],
	['/var/log/a.ndjson.zst', 'ndjson', 'zstd'],
	['a.jsonl', 'ndjson', 'none'],
	['A.JSON.GZ', 'json', 'gzip'],
	['a.txt', undefined, 'none'],
	['a.gz', undefined, 'gzip'],
	['a.csv/b', undefined, 'none'],
	['csv', undefined, 'none'],
	['a.csv.partial', undefined, 'none'],
])('reads %s as %s, %s', (path, format, compression) => {
	expect(formatOf(path)).toBe(format);
	expect(compressionOf(path)).toBe(compression);
});

it.each([
	['-', 'stdout'],
	['/dev/stdout', 'stdout'],
	['/proc/self/fd/1', 'stdout'],
	['/dev/fd/2', 'stderr'],
	['/dev/stderr', 'stderr'],
	['/dev/fd/3', undefined],
	['/dev/fd/12', undefined],
	['stdout', undefined],
])('knows %s as %s', (path, stream) => {
	expect(standardStreamOf(path)).toBe(stream);
});

it.each(['a.xlsx', 'a.TSV', 'a.parquet', 'a.xls', 'a.docx', 'a.xml', 'a.yaml', 'a.avro', 'a.xlsx.gz', 'a.parquet.zst'])('refuses %s, which names a format that is not written', path => {
	expect(() => formatOf(path)).toThrow(/is no format/);
});
