// The size and load time that every function with DynamoDB's own client has.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

export const client = new DynamoDBClient({});
