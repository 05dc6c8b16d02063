import {apaasLets} from './apaas-log.ts';
import {feishuApaas, feishuApaasSample} from './feishu-apaas.ts';
import {feishuApaasDataChange, feishuApaasDataChangeSample} from './feishu-apaas-data-change.ts';
import {feishuBehavior, feishuBehaviorSample} from './feishu-behavior.ts';
import {feishuDlp, feishuDlpSample} from './feishu-dlp.ts';
import {feishuOpenapi, feishuOpenapiSample} from './feishu-openapi.ts';
import {traeOpenapi, traeOpenapiSample} from './trae-openapi.ts';
import type {SourceDefinition, SourceFile} from './types.ts';

/** Every source, by its subcommand, with what only the sandbox takes of its file. */
export const sourceFiles = {
	'feishu-openapi': {source: feishuOpenapi, sample: feishuOpenapiSample},
	'trae-openapi': {source: traeOpenapi, sample: traeOpenapiSample},
	'feishu-apaas': {source: feishuApaas, sample: feishuApaasSample, lets: apaasLets},
	'feishu-apaas-data-change': {source: feishuApaasDataChange, sample: feishuApaasDataChangeSample, lets: apaasLets},
	'feishu-behavior': {source: feishuBehavior, sample: feishuBehaviorSample},
	'feishu-dlp': {source: feishuDlp, sample: feishuDlpSample},
} satisfies Record<string, SourceFile>;

/** What is declared of every source, by its subcommand. */
export const sources = declared(sourceFiles);

function declared<const Files extends Readonly<Record<string, SourceFile>>>(files: Files): {readonly [Name in keyof Files]: Files[Name]['source']};
function declared(files: Readonly<Record<string, SourceFile>>): Readonly<Record<string, SourceDefinition>> {
	return Object.fromEntries(Object.entries(files).map(([name, {source}]) => [name, source]));
}
