// The manual page, made from what the command line itself knows: commands, options, groups and examples.
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {build} from 'esbuild';
import {marked} from 'marked';
import markedMan from 'marked-man';

/**
 * @param {{root: string; version: string; options: import('esbuild').BuildOptions}} project and how it is bundled
 * @returns {Promise<string>} the page in roff
 */
export async function manualPage({root, version, options}) {
	const directory = mkdtempSync(join(tmpdir(), 'audit-export-man-'));
	try {
		const file = join(directory, 'program.mjs');
		const contents = "export {createProgram} from './src/program.ts'; export {openables} from './src/run/registry.ts';";
		await build({...options, outfile: file, stdin: {contents, resolveDir: root}});
		const {createProgram, openables} = await import(pathToFileURL(file).href);
		const names = openables().map(({name}) => name);
		// Options are mounted where the command line names their command.
		const program = createProgram({}, version, {}, names.flatMap(name => name.split(' ')).concat('learn'), undefined);
		const text = [
			`# audit-export(1) -- ${program.description().replace(/\.$/, '')}`,
			'## SYNOPSIS', '`audit-export` <command> [options]',
			'## DESCRIPTION', pointsOf(root),
			'## COMMANDS', ...commandsOf(program, names),
			'## EXIT STATUS', ...tableOf(root, 'Exit codes'),
			'## SEE ALSO', 'jq(1). `audit-export <command> --help` shows one command with its examples.',
		].join('\n\n');
		marked.use({...markedMan, name: 'audit-export', section: '1', manual: 'User Commands', version, date: 0});
		// Options are a list of terms, not of points.
		return marked.parse(text).replaceAll(/^\.IP \\\(bu 2\n(\\fB\S.*\\fP):\n\.br\n/gm, '.TP\n$1\n');
	} finally {
		rmSync(directory, {recursive: true});
	}
}

/** The first points of the README. */
function pointsOf(root) {
	const [, points = ''] = /\n\n(- \*\*.*?)\n\n/s.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
	return points.replaceAll(/\n {2}/g, ' ');
}

/** The rows of a table in the README as terms and what they mean. */
function tableOf(root, heading) {
	const [, table = ''] = new RegExp(`^## ${heading}\n(.*?)^## `, 'ms').exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
	return [...table.matchAll(/^\| ([\d, ]+) \| (.*) \|$/gm)].map(([, codes, meaning]) => term(codes, meaning));
}

const term = (what, meaning) => `* \`${what}\`:\n  ${meaning}`;

/** The commands below a program, each with its options; those that all sources share stand once, after the sources. */
function commandsOf(program, sources) {
	const help = program.createHelp();
	const pages = [];
	const visit = (command, path) => {
		for (const next of help.visibleCommands(command).filter(candidate => candidate.name() !== 'help')) visit(next, `${path} ${next.name()}`.trim());
		if (path !== '') pages.push({path, command, options: help.visibleOptions(command).filter(({long}) => long !== '--help')});
	};
	visit(program, '');
	const counts = new Map();
	for (const {path, options} of pages) for (const {flags} of sources.includes(path) ? options : []) counts.set(flags, (counts.get(flags) ?? 0) + 1);
	const isShared = ({flags}) => counts.get(flags) === sources.length;
	const terms = options => options.map(({flags, description}) => term(flags, description));
	return pages.flatMap(({path, command, options}) => [
		`### ${path} ${command.usage().replace(/^\[options\] ?|\[command\]/g, '')}`.trim(),
		command.description(),
		...terms(sources.includes(path) ? options.filter(option => !isShared(option)) : options),
		...(path === sources.at(-1) ? ['### Options of every source', ...terms(options.filter(isShared))] : []),
	]);
}
