// Let Mozilla's HTTP Observatory look at pages, with its own requests, its own tests and its own scores.
//
// Reads [{path, headers, fields}] as JSON, prints [{status, grade, score, results}]. Pages are asked for with
// GET; those with `fields` are then sent as a form, and the answer to that is what is looked at.
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"
import fs from "node:fs"
import path from "node:path"

const port = process.argv[2]
const at = path.dirname(createRequire(import.meta.url).resolve("@mdn/mdn-http-observatory"))
const part = (name) => import(pathToFileURL(path.join(at, name)))
const { ALL_TESTS } = await part("constants.js")
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await part("grader/charts.js")
const { getGradeForScore, getScoreModifier } = await part("grader/grader.js")
const { retrieve } = await part("retriever/retriever.js")
const { getPageText } = await part("retriever/session.js")
const { parseHttpEquivHeaders } = await part("retriever/utils.js")

// The list of preloaded names is fetched when the package is installed with scripts: none of ours is in it.
const { readFileSync } = fs
fs.readFileSync = (name, ...rest) =>
  String(name).endsWith("hsts-preload.json") ? "{}" : readFileSync(name, ...rest)

async function send (found, fields) {
  const url = found.session.url.href
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(found.resources.path)?.[1]
  const form = new URLSearchParams({ ...(token ? { csrfmiddlewaretoken: token } : {}), ...fields })
  const { response } = found.session
  const answer = await found.session.clientInstanceRecordingRedirects.post(url, form.toString(), {
    headers: { "Content-Type": "application/x-www-form-urlencoded", Referer: url }
  })
  found.responses.auto = found.responses.https = { ...answer, verified: response.verified }
  found.resources.path = getPageText(answer, true)
  found.responses.auto.httpEquiv = parseHttpEquivHeaders(found.resources.path, url)
}

// As scan() of the package does it; that one takes no path and refuses pages of errors.
function score (results) {
  const modifiers = results.filter((one) => one.result).map((one) => getScoreModifier(one.result))
  const sum = (numbers) => numbers.reduce((all, one) => all + one, 0)
  const plain = 100 + sum(modifiers.filter((one) => one < 0))
  return plain >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? 100 + sum(modifiers) : plain
}

const looked = []
for (const page of JSON.parse(readFileSync(0, "utf8"))) {
  const found = await retrieve("localhost", {
    path: page.path, httpPort: port, httpsPort: port, headers: page.headers ?? []
  })
  if (!found.responses.auto) throw new Error(`no answer: ${page.path}`)
  if (page.fields) await send(found, page.fields)
  const results = ALL_TESTS.map((test) => test(found))
  looked.push({
    status: found.responses.auto.status,
    results: Object.fromEntries(results.map((one) => [one.constructor.name, one.result])),
    ...getGradeForScore(score(results))
  })
}
process.stdout.write(JSON.stringify(looked))
