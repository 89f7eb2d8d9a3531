import { Controller, Delete, Get, Param, Post, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { send } from '../server/send.js';
import { errorAnswer, valueAnswer } from '../wire/answer.js';

/** `/v2/plugins` (`spec/rest-api.md` §12.3). No plugin can be installed in this version, so none is ever found. */
@Controller('v2/plugins')
export class PluginsController {
  @Get()
  list(@Res() reply: FastifyReply): void {
    send(reply, valueAnswer({ plugins: [] }));
  }

  @Get('*')
  read(@Param('*') rest: string, @Res() reply: FastifyReply): void {
    refuse(rest, reply);
  }

  @Put('*')
  put(@Param('*') rest: string, @Res() reply: FastifyReply): void {
    refuse(rest, reply);
  }

  @Post('*')
  post(@Param('*') rest: string, @Res() reply: FastifyReply): void {
    refuse(rest, reply);
  }

  @Delete('*')
  remove(@Param('*') rest: string, @Res() reply: FastifyReply): void {
    refuse(rest, reply);
  }
}

function refuse(rest: string, reply: FastifyReply): void {
  const [pluginId = ''] = rest.split('/');
  send(reply, errorAnswer(404, `No plugin with this pluginId: ${pluginId}`, []));
}
