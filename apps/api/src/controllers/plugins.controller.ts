import { Controller, Delete, Get, Param, Post, Put, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { ANY_TYPE } from '../server/body-parser.js';
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
  @RouteConfig(ANY_TYPE)
  put(@Param('*') rest: string, @Res() reply: FastifyReply): void {
    refuse(rest, reply);
  }

  @Post('*')
  @RouteConfig(ANY_TYPE)
  post(@Param('*') rest: string, @Res() reply: FastifyReply): void {
    refuse(rest, reply);
  }

  @Delete('*')
  @RouteConfig(ANY_TYPE)
  remove(@Param('*') rest: string, @Res() reply: FastifyReply): void {
    refuse(rest, reply);
  }
}

function refuse(rest: string, reply: FastifyReply): void {
  const [pluginId = ''] = rest.split('/');
  send(reply, errorAnswer(404, `No plugin with this pluginId: ${pluginId}`, []));
}
