import type {Context} from './base/context.ts';
import {exitCodes} from './base/errors.ts';
export {createProcessContext} from './process-context.ts';
import {createProgram} from './program.ts';

/** As commander writes for whatever is no terminal, and for terminals of this width. */
const columns = 80;

/**
 * What `--help` says, of the program and of every command below it, so that the build can write it down.
 * @returns texts by command line: `audit-export auth login`
 */
export function helpTexts(context: Context, version: string): Map<string, string> {
	const texts = new Map<string, string>();
	const add = (words: readonly string[]) => {
		const program = createProgram(context, version, {exitCode: exitCodes.complete}, words, async () => exitCodes.complete);
		const command = words.slice(1).reduce((found, word) => found.commands.find(below => below.name() === word) ?? found, program);
		let text = '';
		command.configureOutput({
			getOutHelpWidth: () => columns,
			writeOut: part => {
				text += part;
			},
		});
		command.outputHelp();
		texts.set(words.join(' '), text);
		for (const below of command.commands) add([...words, below.name()]);
	};
	add(['audit-export']);
	return texts;
}
