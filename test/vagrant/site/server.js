import { createServer } from "node:http";

const { HOST, PORT, SERVER_NAME } = process.env;
createServer((_, response) => response.end(`${SERVER_NAME} answers\n`)).listen(Number(PORT), HOST);
