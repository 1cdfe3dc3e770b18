// The ceiling of one Node process: parse a JSON body, answer a small one. usage: node bare.mjs PORT
import { createServer } from 'node:http';

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { features } = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : { features: [0] };
  const answer = JSON.stringify({ prediction: features[0], confidence: 1 });
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer),
  });
  response.end(answer);
}).listen(Number(process.argv[2]), '127.0.0.1');
