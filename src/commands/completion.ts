import {script, ShellCompDirective} from '@bomb.sh/tab';
import type {Argument, Command, Option} from 'commander';
import {loadConfig} from '../access/config/load.ts';
import type {Context} from '../base/context.ts';
import {configuredOptions, snakeCase} from '../query/options.ts';
import {jobsOf} from '../run/jobs/select-jobs.ts';
import {openables} from '../run/registry.ts';

/** What can stand at one place of the command line: each with what it means, and what the shell adds by itself. */
interface Suggestions {
	readonly values: ReadonlyArray<readonly [value: string, meaning?: string]>;
	readonly files?: 'any' | 'directories';
}

/** Writes the script that makes a shell complete this program's command line. @param shell bash, zsh, fish or powershell */
export function completionCommand(shell: string, {stdout}: Pick<Context, 'stdout'>): void {
	script(shell, 'audit-export', 'audit-export');
	// Bash would no longer complete the names of files by itself.
	if (shell === 'bash') stdout.write('complete -o default -F __audit_export_complete audit-export\n');
}

/**
 * Answers a shell that asks what can come next: a line each, value and meaning with a tab between, and a last line for what
 * the shell does with them. Whatever cannot be read, such as a broken configuration, suggests nothing.
 * @param words of the command line, the program aside; the last one, which may be empty, is the one to complete
 */
export async function completeCommand(program: Command, words: readonly string[], context: Context): Promise<void> {
	const {values, files} = await suggestions(program, words, context);
	const last = words.at(-1) ?? '';
	// Of `--format=cs` the shell wants what comes after the sign, of `id,ev` both names again.
	const typed = last.startsWith('--') && last.includes('=') ? last.slice(last.indexOf('=') + 1) : last;
	const lines = values.filter(([value]) => value.startsWith(typed)).map(([value, meaning = '']) => `${value}\t${meaning}\n`);
	const directive = files === undefined || lines.length > 0 ? ShellCompDirective.ShellCompDirectiveNoFileComp
		: files === 'any' ? ShellCompDirective.ShellCompDirectiveDefault : ShellCompDirective.ShellCompDirectiveFilterDirs;
	context.stdout.write(`${lines.join('')}:${directive}\n`);
}

async function suggestions(program: Command, words: readonly string[], context: Context): Promise<Suggestions> {
	const last = words.at(-1) ?? '';
	const optionOf = (word: string) => command.options.find(({long, short}) => long === word || short === word);
	let command = program;
	let path: readonly string[] = [];
	let given = 0;
	let asking: Option | undefined;
	for (const word of words.slice(0, -1)) {
		if (asking !== undefined) {
			asking = undefined;
		} else if (word.startsWith('-')) {
			const option = optionOf(word);
			if (option?.required === true) asking = option;
		} else {
			const next = given === 0 ? command.commands.find(candidate => candidate.name() === word) : undefined;
			if (next === undefined) given += 1;
			else [command, path] = [next, [...path, word]];
		}
	}
	if (last.startsWith('--') && last.includes('=')) asking = optionOf(last.slice(0, last.indexOf('=')));
	if (asking !== undefined) return optionValues(asking, {source: path.join(' '), last, context});
	const help = program.createHelp();
	if (last.startsWith('-')) {
		return {values: help.visibleOptions(command).flatMap(({long, short, description}) =>
			[long, short].flatMap(name => name === undefined || name === null ? [] : [[name, description] as const]))};
	}
	if (command.commands.length > 0) {
		return {values: help.visibleCommands(command).map(next => [next.name(), next.description()] as const)};
	}
	const argument = command.registeredArguments[given] ?? command.registeredArguments.findLast(({variadic}) => variadic);
	return argument === undefined ? {values: []} : argumentValues(argument, context);
}

async function optionValues(
	option: Option, {source, last, context}: {source: string; last: string; context: Context},
): Promise<Suggestions> {
	const name = option.attributeName();
	const kind = configuredOptions.find(({key}) => key === snakeCase(name))?.kind;
	const outline = openables().find(openable => openable.name === source)?.outline;
	const choices = outline?.options[name]?.choices;
	const spelled = /<([^>]*\|[^>]*)>/.exec(option.flags)?.[1];
	const only = (values: readonly string[]): Suggestions => ({values: values.map(value => [value] as const)});
	if (choices !== undefined) return only(Object.keys(choices));
	if (spelled !== undefined) return only(spelled.split('|'));
	if (typeof kind === 'object') return only(kind);
	if (name === 'profile') return only(Object.keys((await configOf(context))?.config.profiles ?? {}));
	if (kind === 'timezone') return only(['UTC', ...Intl.supportedValuesOf('timeZone')]);
	if (kind === 'names' || name === 'column') {
		const before = last.slice(0, last.lastIndexOf(',') + 1);
		return only((outline?.columns ?? []).map(column => `${before}${column.name}`));
	}
	return {values: [], ...(/<(?:file|path)>/.test(option.flags) ? {files: 'any'} : {})};
}

async function argumentValues(argument: Argument, context: Context): Promise<Suggestions> {
	const values: Array<readonly [string, string?]> = argument.argChoices?.map(value => [value] as const) ?? [];
	const takes = argument.name();
	if (takes.includes('source')) values.push(...openables().map(({name, outline}) => [name, outline.title] as const));
	if (takes.includes('service')) values.push(['feishu'], ['console']);
	if (/job|dir/.test(takes)) {
		const config = await configOf(context);
		const jobs = config === undefined ? [] : await jobsOf(config, context.env).catch(() => []);
		for (const {name, dir, source} of jobs) {
			if (takes.includes('job')) values.push([name, `job: ${source}`]);
			if (takes.includes('dir')) values.push([dir, `archive of the job ${name}`]);
		}
	}
	return {values, ...(takes.includes('dir') ? {files: 'directories'} : takes.includes('.') ? {files: 'any'} : {})};
}

/** The configuration, where there is one that can be read: a line half typed is no place for complaints. */
async function configOf({env, cwd}: Context): Promise<Awaited<ReturnType<typeof loadConfig>> | undefined> {
	return loadConfig({env, cwd}).catch(() => undefined);
}
