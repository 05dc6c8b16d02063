import {expect, it} from 'vitest';
import {standardStreamOf} from '../../src/output/target.ts';
import {chooseFormat, compressionOf, formatOf} from '../../src/query/format-names.ts';

it.each([
	['a.csv', 'csv', 'none'],
	['a.csv.gz', 'csv', 'gzip'],
	['/var/log/a.ndjson.zst', 'ndjson', 'zstd'],
	['a.jsonl', 'ndjson', 'none'],
	['A.JSON.GZ', 'json', 'gzip'],
	['a.txt', undefined, 'none'],
	['a.Parquet', 'parquet', 'none'],
	['a.XLSX', 'xlsx', 'none'],
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

it.each(['a.TSV', 'a.xls', 'a.docx', 'a.xml', 'a.yaml', 'a.avro', 'a.ods.gz'])('refuses %s, which names a format that is not written', path => {
	expect(() => formatOf(path)).toThrow(/is no format/);
});

it.each(['a.parquet.gz', 'a.PARQUET.zst', 'a.xlsx.gz'])('packs nothing twice: %s', path => {
	expect(() => formatOf(path)).toThrow(expect.objectContaining({hint: `name the file ${path.replace(/\.\w+$/, '')}`}) as Error);
});

it('shows a terminal what a terminal can show', () => {
	expect(chooseFormat({asked: undefined, path: undefined, terminal: true})).toBe('table');
	expect(chooseFormat({asked: 'parquet', path: undefined, terminal: false})).toBe('parquet');
	expect(() => chooseFormat({asked: 'parquet', path: undefined, terminal: true})).toThrow('a terminal cannot show it');
	expect(() => chooseFormat({asked: 'tsv', path: 'a.csv', terminal: false})).toThrow('"tsv" is not one of ndjson');
});
