import { testWall } from "./_test_wall.ts";

testWall("permissions");
