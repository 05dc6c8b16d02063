import {readFile} from 'node:fs/promises';
import {expect, it} from 'vitest';
import {z} from 'zod';
import {configSchema, validateConfig} from '../../../src/access/config/schema.ts';

const text = await readFile(new URL('../../../config.example.json', import.meta.url), 'utf8');
const example: unknown = JSON.parse(text);

/** Every key that some object of the document has, and where: `profiles.*.feishu.host`. */
function documentPaths(value: unknown, path = ''): string[] {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
	return Object.entries(value).flatMap(([key, member]) => {
		if (key === '//') return [];
		const own = ['.profiles', '.jobs', '.jobs.*.options'].includes(path) ? `${path}.*` : `${path}.${key}`;
		return [own, ...documentPaths(member, own)];
	});
}

function schemaPaths(schema: z.core.JSONSchema._JSONSchema | undefined, path = ''): string[] {
	if (typeof schema !== 'object') return [];
	const members = Object.entries(schema.properties ?? {}).filter(([key]) => key !== '//');
	if (typeof schema.additionalProperties === 'object') members.push(['*', schema.additionalProperties]);
	return [
		...members.flatMap(([key, member]) => [`${path}.${key}`, ...schemaPaths(member, `${path}.${key}`)]),
		...(schema.anyOf ?? []).flatMap(branch => schemaPaths(branch, path)),
	];
}

/** The forms of a reference and the options of a source are the same everywhere: once is enough. */
function generic(path: string): string {
	return path.replace(/^.+\.(?:app_id|app_secret|\w*access_token|console_\w+)\.(env|file|command)$/, '(secret).$1').replace(/^\.sources\.[^.]+/, '.sources.*');
}

it('is valid', () => {
	expect(validateConfig(example, 'config.example.json').default_profile).toBe('production');
});

it('shows every key of the schema', () => {
	const shown = new Set(documentPaths(example).map(generic));
	const known = new Set(schemaPaths(z.toJSONSchema(configSchema)).map(generic));
	expect([...shown].toSorted()).toEqual([...known].toSorted());
	expect(known.size).toBeGreaterThan(25);
});

it('holds no secret that is written out', () => {
	expect(text).not.toMatch(/"(?:app_secret|\w*access_token|console_\w+)": "/);
});
