import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {beforeAll, expect, it} from 'vitest';
import {validateConfig} from '../../src/access/config/schema.ts';
import {exitCodes} from '../../src/base/errors.ts';
import {sources} from '../../src/sources/index.ts';
import {runCommand} from '../helpers/context.ts';
import {manifest, root} from './lock.ts';

const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** What users read. */
const manuals = new Map(['README.md', 'README.zh-CN.md', ...readdirSync(join(root, 'docs')).map(name => `docs/${name}`)].map(path => [path, textOf(path)]));
const manual = [...manuals.values()].join('\n');
const pages = new Map([...manuals, ['CONTRIBUTING.md', textOf('CONTRIBUTING.md')]]);

/** The blocks of code in a text that are written in one of these languages. */
function blocks(text: string, ...languages: readonly string[]): string[] {
	const all = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
	return [...all].flatMap(([, language = '', block = '']) => languages.includes(language) ? [block] : []);
}

/** The anchors of a page's headings, as hosts of repositories make them. */
function anchors(text: string): string[] {
	const headings = text.replaceAll(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm);
	const plain = [...headings].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, ''));
	return plain.map(heading => heading.replaceAll(' ', '-'));
}

/** What the help of every command tells, by command line (`auth login`; an empty one is the program). */
const commands = new Map<string, {options: readonly string[]; below: readonly string[]}>();

async function readHelp(words: readonly string[]): Promise<void> {
	const {stdout} = await runCommand([...words, '--help'], {fetch: async () => Promise.reject(new Error('help asks nobody'))});
	const listedOptions = stdout.matchAll(/^ {2}(?:(-\w), )?(--[\w-]+)/gm);
	const options = [...listedOptions].flatMap(([, short, long]) => [short, long]).filter(name => name !== undefined);
	const listed = stdout.split(/^(?=\S.*:$)/m).filter(part => !/^(?:Usage|Arguments|Examples)/.test(part)).join('');
	const below = [...listed.matchAll(/^ {2}([a-z][\w-]*)(?= )/gm)].map(([, name = '']) => name).filter(name => name !== 'help');
	commands.set(words.join(' '), {options, below});
	for (const name of below) await readHelp([...words, name]);
}

/** The commands of this program in a block, each as its words, without what is quoted or said about it. */
function commandLines(block: string): string[][] {
	const text = block.replaceAll('\\\n', ' ').replaceAll(/'([^'\n]*)'|"([^"\n]*)"/g, (_, ...[single, double]: string[]) => {
		const quoted = single ?? double ?? '';
		return /^audit-export [a-z]/.test(quoted) ? quoted : '…';
	});
	return [...text.matchAll(/\baudit-export(?:\.js)? ([a-z][^|;#\n]*)/g)].map(([, line = '']) => line.trim().split(/\s+/));
}

/** What is wrong with a command as a page shows it. */
function problemOf(words: readonly string[]): string | undefined {
	let name = '';
	let rest = words;
	while (rest[0] !== undefined && commands.get(name)?.below.includes(rest[0]) === true) {
		name = `${name} ${rest[0]}`.trim();
		rest = rest.slice(1);
	}
	if (name === '') return `${words.join(' ')}: no such command`;
	const unknown = rest.filter(word => /^--?[a-z]/.test(word) && commands.get(name)?.options.includes(word) !== true);
	return unknown.length === 0 ? undefined : `${words.join(' ')}: no ${unknown.join(', ')}`;
}

beforeAll(async () => readHelp([]));

it('has a README that is read in one sitting', () => {
	expect(textOf('README.md').split('\n').length - 1).toBeLessThanOrEqual(250);
});

it('leads nowhere that is not there, and users nowhere that the package does not hold', () => {
	const packed = ['README.md', ...manifest.files];
	const link = /\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g;
	const links = [...pages].flatMap(([page, text]) => [...text.matchAll(link)].map(found => ({page, found})));
	const dead = links.flatMap(({page, found: [shown, to = '', anchor]}) => {
		const path = to === '' ? page : relative(root, join(root, dirname(page), to));
		const isThere = existsSync(join(root, path)) && (anchor === undefined || anchors(textOf(path)).includes(anchor));
		const isPacked = packed.some(part => path === part || path.startsWith(`${part}/`));
		return isThere && (isPacked || !manuals.has(page)) ? [] : [`${page}: ${shown}`];
	});
	expect(dead).toEqual([]);
});

it('tells of every option of every command', () => {
	expect(commands.size).toBeGreaterThan(20);
	const told = new Set(manual.match(/--[a-z][\w-]*/g));
	const all = [...commands].flatMap(([name, {options}]) => options.map(option => ({name, option})));
	expect(all.filter(({option}) => option.startsWith('--') && !told.has(option))).toEqual([]);
});

it('shows no command and no option that is not there', () => {
	const shown = [...pages.values()].flatMap(text => blocks(text, 'sh', 'console', 'cron', 'ini').flatMap(commandLines));
	expect(shown.length).toBeGreaterThan(40);
	expect(shown.map(problemOf).filter(problem => problem !== undefined)).toEqual([]);
	expect(problemOf(['feishu-openapi', '--since', '24h', '--sinse'])).toBe('feishu-openapi --since 24h --sinse: no --sinse');
	expect(problemOf(['feishu'])).toBe('feishu: no such command');
});

it('names every source, exit code and environment variable', () => {
	const files = readdirSync(join(root, 'src'), {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.ts'));
	const variables = files.flatMap(name => textOf(`src/${name}`).match(/\b(?:AUDIT_EXPORT|FEISHU|TRAE)_[A-Z_]+\b/g) ?? []);
	expect([...Object.keys(sources), ...variables].filter(name => !manual.includes(`\`${name}\``))).toEqual([]);
	const [, table = ''] = /^## Exit codes\n(.*?)^## /ms.exec(textOf('README.md')) ?? [];
	const told = [...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, cell = '']) => cell.split(', ').map(Number));
	expect(new Set(told)).toEqual(new Set(Object.values(exitCodes)));
});

it('shows configurations that are valid', () => {
	const shown = blocks(manual, 'json').map((text): unknown => JSON.parse(text));
	expect(shown.length).toBeGreaterThan(3);
	for (const document of shown) validateConfig(document, 'an example');
});

it('shows the request profile that is tested', () => {
	expect(blocks(manual, 'yaml')).toEqual([textOf('test/console/request-profile.example.yaml')]);
});
