import {CronJob} from 'kubernetes-models/batch/v1';
import {PersistentVolumeClaim, ServiceAccount} from 'kubernetes-models/v1';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {parse, parseAllDocuments} from 'yaml';
import {createWorkspace} from '../run/jobs/workspace.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../../deploy', path), 'utf8');

const models = {CronJob, PersistentVolumeClaim, ServiceAccount};

const manifests = parseAllDocuments(read('kubernetes/cronjob.yaml')).map(document => document.toJS() as {kind: keyof typeof models; spec?: object});

interface JobSpec {
	readonly completions: number;
	readonly template: {readonly spec: {readonly containers: ReadonlyArray<{readonly args: readonly string[]}>}};
}

interface WorkflowTemplate {
	readonly name: string;
	readonly steps?: ReadonlyArray<ReadonlyArray<{withSequence: {start: string; end: string}}>>;
	readonly container?: {readonly args: readonly string[]};
}

const workflow = parse(read('kubernetes/argo-cron-workflow.yaml')) as {spec: {workflowSpec: {entrypoint: string; templates: readonly WorkflowTemplate[]}}};

it.each(manifests.map(manifest => [manifest.kind, manifest] as const))('the %s for Kubernetes is one by its schema', (kind, manifest) => {
	// The model's constructor takes what its validation then judges.
	const model = new models[kind](manifest as never);
	expect(() => {
		model.validate();
	}).not.toThrow();
	expect(() => {
		new models[kind]({...manifest, spec: {...manifest.spec, schedule: 15, accessModes: 'all'}, secrets: 'none'} as never).validate();
	}).toThrow(/must/);
});

it('a shard of Kubernetes and of Argo is what the program takes, and there are as many as it counts', async () => {
	// Its job is in none of the shards that are asked for here: nothing is sent.
	const workspace = await createWorkspace({calls: {source: 'feishu-openapi', dir: 'calls', since: '1d'}});
	const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
		const {code, stderr} = await workspace.run(args.map(word => word === '/etc/audit-export/config.json' ? 'audit-export.config.json' : word), {env});
		return {code, stderr};
	};
	const job: {jobTemplate?: {spec: JobSpec}} | undefined = manifests.find(({kind}) => kind === 'CronJob')?.spec;
	const {completions = 0, template} = job?.jobTemplate?.spec ?? {};
	const kubernetes = template?.spec.containers[0]?.args ?? [];
	expect(kubernetes).toContain(String(completions));
	expect(await run(kubernetes, {JOB_COMPLETION_INDEX: String(completions - 1)})).toMatchObject({code: 0});
	expect(await run(kubernetes, {JOB_COMPLETION_INDEX: String(completions)})).toMatchObject({code: 2});

	const [fleet, step] = workflow.spec.workflowSpec.templates;
	const last = fleet?.steps?.[0]?.[0]?.withSequence.end ?? '';
	const argo = (index: string) => (step?.container?.args ?? []).map(word => word.replace('{{inputs.parameters.shard}}', index));
	expect(fleet?.name).toBe(workflow.spec.workflowSpec.entrypoint);
	expect(await run(argo(last))).toMatchObject({code: 0});
	expect(await run(argo(String(Number(last) + 1)))).toMatchObject({code: 2});
});
