package flare.admin;

import java.util.Iterator;
import org.apache.pekko.NotUsed;
import org.apache.pekko.dispatch.Dispatchers;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * An answer that takes long: a JSON value a line, each sent when it is there, so that the client sees how far it is and nobody
 * takes the connection for idle. A client that goes away ends the work.
 */
final class JsonLines {

    private static final ContentType.Binary TYPE = (ContentType.Binary) ContentTypes.parse("application/x-ndjson");
    private static final ByteString END = ByteString.fromString("\n");

    private JsonLines() {}

    /** @param values each of which may block whoever asks for it */
    static HttpResponse of(Iterator<?> values) {
        Source<ByteString, NotUsed> lines = Source.fromIterator(() -> values)
                .map(value -> ByteString.fromArrayUnsafe(AdminJson.bytes(value)).concat(END))
                .withAttributes(ActorAttributes.dispatcher(Dispatchers.DefaultBlockingDispatcherId()));
        return HttpResponse.create().withEntity(HttpEntities.createChunked(TYPE, lines));
    }
}
