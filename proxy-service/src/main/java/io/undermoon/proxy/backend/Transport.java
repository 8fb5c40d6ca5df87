package io.undermoon.proxy.backend;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Netty's network transport: native epoll where it is available, else NIO. */
public enum Transport {
    EPOLL {
        @Override
        public EventLoopGroup newEventLoopGroup(int threads) {
            return new EpollEventLoopGroup(threads, new DefaultThreadFactory("proxy-loop"));
        }

        @Override
        public SocketChannel newSocket() {
            return new EpollSocketChannel();
        }

        @Override
        public ServerChannel newServerSocket() {
            return new EpollServerSocketChannel();
        }
    },
    NIO {
        @Override
        public EventLoopGroup newEventLoopGroup(int threads) {
            return new NioEventLoopGroup(threads, new DefaultThreadFactory("proxy-loop"));
        }

        @Override
        public SocketChannel newSocket() {
            return new NioSocketChannel();
        }

        @Override
        public ServerChannel newServerSocket() {
            return new NioServerSocketChannel();
        }
    };

    /** The fastest transport that is available. */
    public static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    public abstract EventLoopGroup newEventLoopGroup(int threads);

    public abstract SocketChannel newSocket();

    public abstract ServerChannel newServerSocket();
}
